/** @file The options that shape an encoder and what it is shown, as `pretrain`, `finetune` and `bench` take them. */

import type { Command } from 'commander';
import type { Crop } from '../dicom/normalise.js';
import { type BackboneName, VIT_BACKBONES } from '../nn/vit.js';
import { choice, UsageError, wholeNumber } from './command.js';

export interface EncoderFlags {
  backbone?: BackboneName;
  imageSize?: number;
  patchSize?: number;
  depth?: number;
  crop?: Crop;
}

export interface EncoderShape {
  backbone: BackboneName;
  imageSize: number;
  patchSize: number;
  depth: number | null;
  crop: Crop;
}

const PRESET: EncoderShape = { backbone: 'vit-tiny', imageSize: 64, patchSize: 8, depth: null, crop: 'none' };

export function addEncoder(command: Command): Command {
  return command
    .addOption(choice('--backbone <name>', `encoder (default: ${PRESET.backbone})`, Object.keys(VIT_BACKBONES)))
    .option('--image-size <pixels>', `side of the images (default: ${PRESET.imageSize})`, wholeNumber(8))
    .option('--patch-size <pixels>', `side of a patch (default: ${PRESET.patchSize})`, wholeNumber(2))
    .option('--depth <blocks>', 'transformer blocks (default: as the backbone has)', wholeNumber(1));
}

/** To what images are cropped before they are scaled. */
export function addCrop(command: Command): Command {
  const what = `'body': images without the air, the background or the collimated border around it (default: ${PRESET.crop})`;
  return command.addOption(choice('--crop <what>', what, ['none', 'body']));
}

/** @throws UsageError where the patches do not tile the image. */
export function encoderShape(flags: EncoderFlags): EncoderShape {
  const shape: EncoderShape = {
    backbone: flags.backbone ?? PRESET.backbone,
    imageSize: flags.imageSize ?? PRESET.imageSize,
    patchSize: flags.patchSize ?? PRESET.patchSize,
    depth: flags.depth ?? PRESET.depth,
    crop: flags.crop ?? PRESET.crop,
  };
  if (shape.imageSize % shape.patchSize !== 0 || shape.imageSize < 2 * shape.patchSize) {
    throw new UsageError(
      `Patches of ${shape.patchSize} pixels do not tile images of ${shape.imageSize} pixels.`,
      'Choose --image-size as a multiple of --patch-size, at least twice as large: for example 64 and 8.',
    );
  }
  return shape;
}

/** Whether any of these options was given. */
export function namesEncoder({ backbone, imageSize, patchSize, depth, crop }: EncoderFlags): boolean {
  return [backbone, imageSize, patchSize, depth, crop].some((value) => value !== undefined);
}
