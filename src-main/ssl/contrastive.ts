/**
 * @file Contrastive learning (SimCLR, Chen et al. 2020): two views of one image (or of two images of one series or
 * patient, as in MICLe, Azizi et al. 2021) shall be closer to each other than to every other picture of the batch.
 */

import { add, relu, scale, sqrt, square, sub } from '../graph/ops/elementwise.js';
import { crossEntropy } from '../graph/ops/loss.js';
import { matmul } from '../graph/ops/matmul.js';
import { l2Normalise } from '../graph/ops/normalise.js';
import { mean } from '../graph/ops/reduce.js';
import { constant, input } from '../graph/ops/source.js';
import { GraphError, type Tensor } from '../graph/tensor.js';
import { linearLayer } from '../nn/layers.js';
import type { ParameterScope } from '../nn/parameters.js';
import { meanPatchToken, patchify, type VitConfig, vitEncoder } from '../nn/vit.js';
import { imagesShape, type PretextGraph, type PretextTask } from './pretext.js';

export interface ContrastiveOptions {
  temperature: number;
  /** Widths of the projection head's hidden layer and of its output. */
  hiddenWidth: number;
  projectionWidth: number;
}

export const defaultContrastive: ContrastiveOptions = { temperature: 0.2, hiddenWidth: 512, projectionWidth: 128 };

export function contrastiveTask(options: ContrastiveOptions = defaultContrastive): PretextTask {
  return {
    method: 'contrastive',
    views: 2,
    build: (scope, config, batch) => buildContrastive(scope, config, batch, options),
    hostInputs: () => ({}),
  };
}

function buildContrastive(
  scope: ParameterScope,
  config: VitConfig,
  batch: number,
  options: ContrastiveOptions,
): PretextGraph {
  const images = input('images', imagesShape(config, 2 * batch), scope.dtype);
  const tokens = vitEncoder(scope, config, patchify(images, config.patchSize), { trainPositions: false });
  const hidden = relu(linearLayer(scope.scope('projector.0'), meanPatchToken(tokens), options.hiddenWidth));
  const projection = linearLayer(scope.scope('projector.2'), hidden, options.projectionWidth);
  const unit = l2Normalise(projection); // [2 * batch, projection width]
  return { inputs: [images], loss: ntXent(unit, options.temperature), monitors: { spread: spread(unit) } };
}

/**
 * Normalised temperature-scaled cross-entropy (Sohn 2016; Chen et al. 2020, equation 1), mean over all pictures.
 *
 * @param unit [2 * batch, width] rows of length 1, view-major: rows i and i + batch belong together
 * @returns scalar
 */
export function ntXent(unit: Tensor, temperature: number): Tensor {
  const pictures = unit.shape[0];
  if (pictures < 4 || pictures % 2 !== 0) {
    throw new GraphError(`a contrastive loss needs two views of at least two images, got ${pictures} pictures`);
  }
  const similarity = matmul(unit, unit, { transposeB: true, factor: 1 / temperature }); // [pictures, pictures]
  // A picture is no candidate for itself.
  const self = new Float32Array(pictures * pictures);
  for (let row = 0; row < pictures; row++) self[row * pictures + row] = -1e9;
  const candidates = add(similarity, constant(self, [pictures, pictures], unit.dtype));
  const partner = Int32Array.from({ length: pictures }, (_, row) => (row + pictures / 2) % pictures);
  return crossEntropy(candidates, constant(partner, [pictures], 'int32'));
}

/**
 * Standard deviation of the unit vectors over the batch times the square root of their width: near 1 while they fill
 * the sphere, near 0 where they have collapsed to one point.
 */
function spread(unit: Tensor): Tensor {
  const centred = sub(unit, mean(unit, 0, true));
  return scale(mean(sqrt(mean(square(centred), 0)), null), Math.sqrt(unit.shape[1]));
}
