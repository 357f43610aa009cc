/** @file The texts of the import screen. */

import { plural } from '../format.js';

export const importing = {
  title: 'Import',
  lead:
    'DICOM, NIfTI, TIFF, PNG and JPEG files, in folders of any depth, on media and in ZIP archives. The files stay ' +
    'where they are; nothing is changed in them.',
  drop: 'Drop folders or files here',
  choose: 'Choose folders',
  chooseTitle: 'Choose folders with scans',
  sample: 'Try it with the sample study',
  sampleHint: 'The sample study is 60 computed chest CT patients, written beside the project. No real person is in it.',
  zone: 'Where scans are dropped',
  running: 'Importing',
  counts: {
    patients: 'Patients',
    studies: 'Studies',
    series: 'Series',
    images: 'Images',
    skipped: 'Skipped files',
  },
  last: 'Last import',
  summary: (added: number, images: number, files: number) =>
    `${plural(files, 'file')} read: ${plural(images, 'image')}, ${added === images ? 'all' : added === 0 ? 'none' : added} of them new.`,
  duplicates: (count: number) =>
    `${plural(count, 'file')} held an image that another file holds as well; it was taken in once.`,
  stopped: 'It was stopped. Import the same folder again and it goes on where it was.',
  nothing: 'None of the files is an image that Pretext can read. The list below says why.',
  next: 'Look at the images',
  watch: {
    title: 'Watched folders',
    lead:
      'While this project is open, files that appear in these folders are taken in by themselves once they are ' +
      'complete.',
    keep: 'Keep watching the folders: new files are taken in by themselves',
    stop: 'Stop watching',
    stopName: (folder: string) => `Stop watching ${folder}`,
    looking: 'Looking for files',
    idle: 'Watching',
    waiting: (count: number) => `${plural(count, 'new file')}: taken in as soon as complete`,
    added: (count: number, time: string) => `${plural(count, 'new image')}, last at ${time}`,
  },
  skippedTitle: 'Skipped files',
  skippedNone: 'No file was skipped.',
  skippedCount: (total: number) => plural(total, 'file'),
  save: 'Save the list',
  saveTitle: 'Save the list of skipped files',
  saved: (path: string) => `Saved as ${path}`,
  more: 'Show more',
};
