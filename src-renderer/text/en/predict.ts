/** @file The texts of the predict screen. Nothing in them may sound like a diagnosis. */

import { formatCount, formatTime, plural } from '../format.js';

const levels = { image: 'image', series: 'series' } as const;
type Level = keyof typeof levels;

/** '3 images', '2 series'. */
function counted(count: number, level: Level): string {
  return level === 'series' ? `${formatCount(count)} series` : plural(count, 'image');
}

export const predict = {
  title: 'Predict',
  lead: 'A fine-tuned model reads new studies and gives its probability for every image. You go through the list, accept or correct. These numbers are for research: they are no findings and no diagnosis.',

  noModelTitle: 'There is no model yet',
  noModel: 'Fine-tune a model on your labels first; then it can read new studies here.',
  goFinetune: 'Go to Fine-tune',

  model: 'Model',
  modelName: (task: string, mode: 'probe' | 'full', labels: number, created: string) =>
    `${task}: ${mode === 'probe' ? 'linear probe' : 'full fine-tuning'} on ${plural(labels, 'label')}, ${formatTime(created)}`,
  modelQuality: (auc: string, low: string, high: string, images: number) =>
    `AUC on ${plural(images, 'test image')}: ${auc} (95% interval ${low} to ${high})`,
  modelQualityUnknown: 'Its figures are being computed.',
  aboutModel: 'Its results',
  zone: 'Where new studies are dropped',
  drop: 'Drop folders of new studies here',
  dropHint: 'They are taken into the project; the files stay where they are.',
  choose: 'Choose folders',
  chooseTitle: 'Choose folders with new studies',

  readings: 'Readings',
  reading: 'Folder',
  created: 'Read',
  readBy: 'Model',
  imagesRead: 'Images',
  patients: 'Patients',
  skippedCount: 'Skipped',
  status: 'State',
  statuses: { running: 'Running', unfinished: 'Stopped before its end', done: 'Done' },
  open: 'Open',
  openNamed: (folder: string) => `Open the reading of ${folder}`,
  goOn: 'Go on',

  back: 'All readings',
  facts: (images: number, patients: number, model: string, created: string) =>
    `${plural(images, 'image')} of ${plural(patients, 'patient')}, read by ${model} on ${formatTime(created)}`,
  unfinished: (images: number, found: number) =>
    `This reading was stopped: ${formatCount(images)} of ${plural(found, 'image')} were read.`,
  saveCsv: 'Save as CSV',
  saveCsvTitle: 'Save the reading as a table',
  saveOnnx: 'Export the model (ONNX)',
  saveOnnxTitle: 'Export the model as one ONNX file',
  saved: (path: string) => `Saved as ${path}`,
  show: 'Show the file',

  skipped: (count: number) => `${plural(count, 'file')} skipped`,
  skippedTitle: 'Skipped files',
  skippedPath: 'File',
  skippedReason: 'Why it was skipped',
  skippedShown: (shown: number, total: number) => `${formatCount(shown)} of ${plural(total, 'file')} shown`,
  more: 'Show more',
  close: 'Close',
  noImagesTitle: 'No image in this folder could be read',
  noImages: 'The list below says why. Choose a folder with DICOM, NIfTI, TIFF, PNG or JPEG files.',

  level: 'Rows',
  levels: { image: 'Images', series: 'Series' },
  filter: 'Show',
  filters: {
    all: 'All',
    open: 'Open',
    accepted: 'Accepted',
    corrected: 'Corrected',
    uncertain: 'Uncertain',
    unfamiliar: 'Unlike training',
  },
  filterHints: {
    uncertain: 'The probability is close to the threshold, or two classes are close to each other.',
    unfamiliar:
      'Farther from the training images than the images of almost all test patients: the probability means little.',
  },
  filterCount: (name: string, count: number) => `${name} ${formatCount(count)}`,
  sort: 'Sort by',
  sorts: { probability: 'Probability', patient: 'Patient', date: 'Date', review: 'Review' },
  orders: { ascending: 'Rising', descending: 'Falling' },
  turnOrder: 'Order',
  probabilityOf: 'Probability of',
  nothingShown: 'No row matches this choice.',

  list: (count: number, level: Level) => `Worklist: ${counted(count, level)}`,
  columns: {
    patient: 'Patient, series',
    study: 'Study',
    probability: (name: string) => `Probability of ${name}`,
    predicted: 'Model says',
    review: 'Review',
  },
  threshold: (value: string, name: string) => `Named ${name} from ${value} up; the mark on each bar.`,
  probability: (value: string, name: string) => `The model's probability of ${name}: ${value}`,
  seriesName: (number: number | null, description: string | null) =>
    [number === null ? '' : `Series ${number}`, description ?? ''].filter((part) => part !== '').join(', ') ||
    'No series name',
  imageNumber: (number: number) => `image ${number}`,
  seriesImages: (count: number) => `mean of ${plural(count, 'image')}`,
  frames: (count: number) => plural(count, 'frame'),
  known: { training: 'Seen in training', test: 'In the test set' },
  knownHint: {
    training: 'This patient was among those the model learnt from, so the row says nothing new about the model.',
    test: 'This patient was among those the model was measured on, so the row says nothing new about the model.',
  },
  unfamiliar: 'Unlike training',
  unfamiliarHint:
    'It lies farther from the training images than the images of at least 95% of the test patients. The probability means little here.',
  uncertain: 'Uncertain',
  review: {
    open: 'Open',
    accepted: 'Accepted',
    corrected: (name: string) => `Corrected: ${name}`,
  },
  reviewedBy: (author: string, time: string) => `by ${author}, ${formatTime(time)}`,
  bySeries: 'through its series',

  detail: 'The chosen row',
  probabilities: "The model's probabilities",
  accept: 'Accept',
  acceptNamed: (name: string) => `Accept ${name}`,
  correctTo: 'It is another class',
  undo: 'Take back',
  undone: 'Your last review was taken back.',
  nothingToUndo: 'There is no review of yours to take back.',
  labelAccepted: 'Accepted classes become labels too',
  labelHint: (task: string) =>
    `Corrections become labels of the task ${task}; they can be taken back here and on the Label screen.`,
  keys: 'Keys: A accepts, 1 to 9 name a class, U takes back, arrows move.',
  seen: (patient: string) => `Picture of ${patient} as the model sees it`,
  mapMeaning: 'What the colours of the map mean, and what not',

  reviewed: (done: number, total: number, level: Level) => `${formatCount(done)} of ${counted(total, level)} reviewed.`,
  evidence: (accepted: number, total: number, level: Level) =>
    `Of ${counted(total, level)} of patients new to the model, you accepted ${formatCount(accepted)}.`,
  knownRows: (count: number, level: Level) =>
    `${counted(count, level)} ${level === 'image' && count === 1 ? 'is' : 'are'} of patients the model knows; not counted.`,
};
