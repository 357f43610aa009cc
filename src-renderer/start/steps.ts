/** @file The steps of the work in the user's words, each with the command that does it. */

export interface Step {
  title: string;
  text: string;
  command: string;
}

export const steps: readonly Step[] = [
  {
    title: 'Import',
    text: 'Reads a folder of DICOM, PNG or JPEG files into a project.',
    command: 'pretext import FOLDER --project DIR',
  },
  {
    title: 'Pretrain',
    text: 'Learns from the unlabelled images by filling in hidden parts or by comparing views.',
    command: 'pretext pretrain --project DIR --method inpainting',
  },
  {
    title: 'Label',
    text: 'Takes your classes for a small set of images from a table.',
    command: 'pretext label import FILE.csv --project DIR --task NAME',
  },
  {
    title: 'Fine-tune',
    text: 'Trains a classifier on those labels, and says how good it is beside one that starts from nothing.',
    command: 'pretext finetune --project DIR --task NAME --run ID',
  },
  {
    title: 'Read new studies',
    text: 'Writes the probabilities for each image and each series into a table.',
    command: 'pretext predict FOLDER --project DIR --model ID --out FILE.csv',
  },
];
