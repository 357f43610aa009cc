/** @file The texts of the finetune screen. */

import { formatArea, formatCount, formatDuration, formatPercent, plural } from '../format.js';

type Part = 'train' | 'val' | 'test';

export const finetune = {
  title: 'Fine-tune',
  lead: 'Teaches an encoder the classes of a task on the labels there are, and measures it on patients it never saw.',
  steps: 'Steps of fine-tuning',
  step: (number: number, of: number, name: string) => `Step ${number} of ${of}: ${name}`,
  stepNames: { task: 'Task', patients: 'Patients', method: 'Method', run: 'Run' },
  back: 'Back',
  next: 'Next',

  noTask: 'There is no task yet',
  noTaskHint:
    'A task is a question with two or more answers, such as finding or normal. Make one and label some images.',
  toLabel: 'Label images',
  toPretrain: 'Pretrain an encoder',

  taskTitle: 'What is learned?',
  task: 'Task',
  class: 'Class',
  images: 'Images',
  patients: 'Patients',
  share: 'Share of the labels',
  total: 'All',
  balanced: 'The classes have similar numbers of labels.',
  imbalanced: (rare: string, rareImages: number, common: string, commonImages: number) =>
    `The labels are uneven: ${formatCount(rareImages)} of ${rare} against ${formatCount(commonImages)} of ${common}. ` +
    'A number of labels is drawn evenly over the classes; with all labels, the threshold allows for it.',
  unused: (names: readonly string[]) =>
    `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} no label yet and will never be named by the model.`,
  marked: (count: number) =>
    `${plural(count, 'image')} marked unsure or skipped ${count === 1 ? 'stays' : 'stay'} out.`,
  withoutPart: (count: number) =>
    `${plural(count, 'labelled image')} ${count === 1 ? 'stays' : 'stay'} out: the split that came with the labels ` +
    'gives no part to the patient.',
  cannot: 'This cannot be learned yet',

  patientsTitle: 'Which patients teach, and which test?',
  why:
    'Patients are split, not images. Pictures of one patient are alike; with the same patient on both sides, the model ' +
    'would be asked what it has already seen, and the result would flatter it.',
  parts: { train: 'Training', val: 'Validation', test: 'Test' } satisfies Record<Part, string>,
  partHints: {
    train: 'the model learns from these',
    val: 'they choose from which probability it says yes',
    test: 'every result is measured on these',
  } satisfies Record<Part, string>,
  origin: {
    official: 'The labels came with this split. It is kept as it is.',
    automatic:
      'The labels came without a split, so Pretext drew one by patient, class by class: the same labels always give ' +
      'the same split, and nothing that is chosen later changes it.',
  },
  carved: 'The validation patients were set aside from training; the test patients are untouched.',
  fewValidation: (needed: number, first: string) =>
    `No threshold is chosen on validation patients: that would take ${needed} of each class. The share of ${first} ` +
    'among the labels is the threshold instead, which with few patients is the better choice.',
  manyClasses: 'The most probable class is named; a threshold, and with it validation patients, is for two classes.',
  fewTest: (patients: number, name: string) =>
    `Only ${plural(patients, 'test patient')} of ${name}: the interval of the result will be wide.`,
  tiny:
    'With so few patients this is a rehearsal: whatever is measured says nothing of other patients. Import studies of ' +
    'more patients and label at least 5 of each class, better 20.',
  picture: (facts: readonly string[]) => `Patients by part and class. ${facts.join('; ')}.`,
  pictureFact: (part: Part, name: string, patients: number) =>
    `${finetune.parts[part]}, ${name}: ${plural(patients, 'patient')}`,
  perSquare: (patients: number) =>
    patients === 1 ? 'One square is one patient.' : `One square is ${formatCount(patients)} patients.`,
  mixed: (patients: number) =>
    `${plural(patients, 'patient')} with images of several classes ${patients === 1 ? 'is' : 'are'} drawn, and shown above, once, ` +
    'with the rarest of them.',
  numbers: 'The same in numbers',
  amount: (patients: number, images: number) => `${plural(patients, 'patient')}, ${plural(images, 'image')}`,
  none: 'none',

  methodTitle: 'How is it learned?',
  encoder: 'Encoder',
  encoderHint: 'What the model starts from.',
  methods: { inpainting: 'Inpainting', contrastive: 'Contrastive' },
  scratch: 'Random weights',
  scratchHint: 'From scratch, without pretraining',
  noRuns: 'No run has an encoder yet. Pretraining on your unlabelled images is what makes few labels go far.',
  runHint: (backbone: string, depth: number, size: number, epochs: number) =>
    `${backbone}, ${plural(depth, 'layer')}, ${size} px, ${plural(epochs, 'epoch')}`,
  unfinished: (share: number) => `not finished: ${formatPercent(share)} of its steps`,
  sawTest:
    'This encoder was pretrained on images that may include those of the test patients, without their labels. That is ' +
    'common practice; for the strictest figure, pretrain on the training patients only.',
  mode: 'Training',
  modes: { probe: 'Linear probe', full: 'Full fine-tuning' },
  modeHints: {
    probe: 'The encoder stays as it is; only a linear layer is fitted. Quick, and hard to overfit with few labels.',
    full: 'Every weight learns. Often better with more labels, and much slower.',
  },
  about: (seconds: number) => `about ${formatDuration(seconds)}`,
  measuring: 'measuring the time',
  measured: 'Times are for all draws, measured just now with a few steps of this encoder on this computer.',
  busy: 'Another job is running, so the time cannot be measured now.',
  notMeasured: 'The time could not be measured.',
  labels: 'Labels in each draw',
  labelChoices: { all: (images: number) => `All ${formatCount(images)}`, some: 'A number' },
  labelCount: 'Number of labels',
  labelRange: (least: number, most: number) => `From ${least} to ${formatCount(most)}, drawn evenly over the classes.`,
  labelAllHint: 'All labels of the training patients. Choose a number to see what fewer labels would have given.',
  draws: 'Draws',
  drawsHint: 'The whole experiment is repeated with other random labels and other random numbers; 1 to 20.',
  drawsOne: 'With one draw, the interval cannot show how much the choice of labels matters.',
  baseline: 'Always beside it',
  baselineText: 'The same training from random weights.',
  baselineWhy: 'Without it, nobody could say whether pretraining helped.',
  baselineScratch: 'Random weights are what you start from, so this is the baseline itself.',
  device: 'Device',
  devices: {
    cpu: 'Processor',
    webgpu: 'GPU (WebGPU)',
    dml: 'GPU (DirectML)',
    cuda: 'NVIDIA GPU',
    coreml: 'Apple GPU',
    'tfjs-gpu': 'NVIDIA GPU (TensorFlow.js)',
    'tfjs-cpu': 'Processor (TensorFlow.js)',
  },

  runTitle: 'Train and measure',
  summary: 'What will be done',
  summaryTask: (task: string, classes: readonly string[]) => `${task}: ${classes.join(', ')}`,
  summaryLabels: (labels: number | null, all: number, draws: number) =>
    `${labels === null ? `all ${formatCount(all)}` : formatCount(labels)} labels, ${plural(draws, 'draw')}`,
  summaryTest: (patients: number, images: number) => `${plural(patients, 'test patient')}, ${plural(images, 'image')}`,
  measuredOn: 'Measured on',
  duration: 'Time',
  start: 'Start',
  stop: 'Stop',
  waits: 'It starts when the job that runs now has ended.',
  stopped: 'Stopped. No model was kept; start it again whenever you like.',
  done: 'Done',
  auc: 'AUC',
  aucMeaning:
    'AUC is the chance that an image of the class is rated above one that is not: 0.5 is guessing, 1 is perfect.',
  interval: (low: number, high: number) => `95% interval ${formatArea(low)} to ${formatArea(high)}`,
  noInterval: 'too few test patients for an interval',
  noAuc: 'could not be computed on these test patients',
  fromScratch: 'From random weights',
  better: 'Better than from random weights: the two intervals do not overlap.',
  unclear:
    'The two intervals overlap, so this alone does not show that pretraining helped. The results compare both on the ' +
    'same patients.',
  measuredWith: (labels: number, draws: number, testImages: number) =>
    `${plural(labels, 'label')} in each of ${plural(draws, 'draw')}, ${plural(testImages, 'test image')}.`,
  toResults: 'Open the results',
  again: 'Fine-tune another',
};
