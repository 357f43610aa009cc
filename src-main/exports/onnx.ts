/** @file A classifier as one ONNX file that any ONNX runtime executes, with its preprocessing described inside. */

import { PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { lowerProgram } from '../graph/onnx.js';
import { softmax } from '../graph/ops/normalise.js';
import { program } from '../graph/program.js';
import type { VitConfig } from '../nn/vit.js';
import { classifierGraph, PROBABILITIES } from '../tasks/classifier.js';

export interface ExportedClassifier {
  id: string;
  task: string;
  classes: readonly string[];
  vit: VitConfig;
  /** Side of the square that decoding resamples an image to before the network's own size. */
  cacheSide: number;
  normalisation: number;
  /** Two classes: probability of the second from which it is named. */
  threshold: number | null;
}

/** The version of the preparation that crops to the body. */
const CROPPED = 4;
const CROP =
  'cut to the body: in means over blocks of 1/128 of the longer side, the box around the largest 4-connected components (those of at least a fifth of the largest) after an opening by 3 x 3, of what is above -500 HU in CT; of what is above a tenth of the way from the 0.5th to the 99.5th percentile in grey MR, holes filled; elsewhere of what is left without blank black or white rows and columns at the edges, and without the dark places that are connected to a dark edge; a margin of 3% of each side; CT and MR: one box around those of up to 32 frames of the series, others: of up to 8 frames of the file; the whole image where the box has less than 10% or more than 95% of its area, and for NM, PT, RTDOSE, SEG and SM';

/** How pixels become the model's input: the text of the metadata entry `preprocessing`. */
export function preprocessing({ vit, cacheSide, normalisation }: ExportedClassifier): object {
  const percentiles = 'other modalities: 0.5th to 99.5th percentile of the frame to 0..1, clipped';
  const mr = normalisation >= 3 ? 'grey MR: the same percentiles of its whole series, clipped; ' : '';
  const ofToday = `CR, DX, IO, MG, PX and RG: their VOI LUT or window to 0..1, where it shows more than a tenth of the range; ${mr}${percentiles}; pixel padding left out of them and black`;
  return {
    version: normalisation,
    input: `float32 [1, ${vit.channels}, ${vit.imageSize}, ${vit.imageSize}]`,
    steps: [
      'decode one frame; apply the modality LUT or rescale slope and intercept; colour becomes luminance',
      `CT: window -1024 to 1024 HU to 0..1; ${normalisation < 2 ? percentiles : ofToday}`,
      'MONOCHROME1: invert, so that bright means dense',
      ...(normalisation === CROPPED ? [CROP] : []),
      `resample to ${cacheSide} pixels on the longer side by area averaging, keep the pixel aspect ratio, centre on black, square; 16 bits`,
      `resample the square to ${vit.imageSize} by ${vit.imageSize} pixels`,
      'scale does not matter: the model itself brings each image to mean 0 and variance 1',
    ],
  };
}

/**
 * Writes the model. Input `image` [1, channels, imageSize, imageSize], output `probabilities` [1, classes].
 *
 * @param weights by timm's names, with head.weight and head.bias
 * @throws PretextError `internal` where a weight is missing, `disk-full`.
 */
export function exportOnnx(path: string, card: ExportedClassifier, weights: ReadonlyMap<string, Float32Array>): void {
  const graph = classifierGraph(card.vit, card.classes.length, 1, true);
  for (const { name } of graph.parameters) {
    if (!weights.has(name)) throw new PretextError({ code: 'internal', message: `The weight ${name} is missing.` });
  }
  const { model } = lowerProgram(
    program('classifier', {
      inputs: [graph.images],
      frozen: graph.parameters.map(({ tensor }) => tensor),
      outputs: { [PROBABILITIES]: softmax(graph.logits) },
    }),
    {
      embedded: weights,
      plainOutputNames: true,
      metadata: {
        model: card.id,
        task: card.task,
        classes: JSON.stringify(card.classes),
        preprocessing: JSON.stringify(preprocessing(card)),
        ...(card.threshold === null ? {} : { threshold: String(card.threshold) }),
        notice: 'Research use only. Not a medical device.',
      },
    },
  );
  writeFileAtomic(path, [model]);
}
