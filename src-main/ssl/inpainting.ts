/**
 * @file Masked inpainting: a masked autoencoder (He et al. 2022). The encoder sees a quarter of the patches; a light
 * decoder draws the hidden ones.
 *
 * Tokens stay in the order [class, visible, hidden] instead of being put back in their places: every token carries its
 * position embedding and attention does not depend on order, so the loss is the same and no token has to be moved.
 */

import type { Random } from '../base/random.js';
import { meanSquaredError } from '../graph/ops/distance.js';
import { add, div, scale, shift, sqrt, square, stopGradient, sub } from '../graph/ops/elementwise.js';
import { gatherRows } from '../graph/ops/index.js';
import { mean, sum } from '../graph/ops/reduce.js';
import { broadcastTo, concat, reshape, slice } from '../graph/ops/shape.js';
import { constant, input } from '../graph/ops/source.js';
import { GraphError, type Tensor } from '../graph/tensor.js';
import { layerNormLayer, linearLayer, transformerBlock } from '../nn/layers.js';
import type { ParameterScope } from '../nn/parameters.js';
import { gatherByImage, gridSize, patchify, sinCosPositions, type VitConfig, vitEncoder } from '../nn/vit.js';
import { imagesShape, type PretextGraph, type PretextTask } from './pretext.js';

export interface InpaintingOptions {
  /** Share of the patches that is hidden. */
  maskRatio: number;
  decoderWidth: number;
  decoderDepth: number;
  decoderHeads: number;
}

export const defaultInpainting: InpaintingOptions = {
  maskRatio: 0.75,
  decoderWidth: 96,
  decoderDepth: 2,
  decoderHeads: 3,
};

/** Visible and hidden patches of an image; at least one of each. */
export function patchCounts(config: VitConfig, maskRatio: number): { visible: number; hidden: number } {
  const patches = gridSize(config) ** 2;
  const visible = Math.max(1, Math.floor(patches * (1 - maskRatio)));
  if (visible >= patches) {
    throw new GraphError(`${patches} patches are too few to hide a share of ${maskRatio}; use smaller patches`);
  }
  return { visible, hidden: patches - visible };
}

/** Name of the input with each image's patch order, [batch, patches]; the first ones are visible. */
export const PATCH_ORDER = 'patchOrder';

export function inpaintingTask(options: InpaintingOptions = defaultInpainting): PretextTask {
  return {
    method: 'inpainting',
    views: 1,
    build: (scope, config, batch) => buildInpainting(scope, config, batch, options),
    hostInputs: (config, batch, random) => ({ [PATCH_ORDER]: patchOrders(gridSize(config) ** 2, batch, random) }),
  };
}

/** A random order of the patches for each image. @returns [batch, patches] */
export function patchOrders(patches: number, batch: number, random: Random): Int32Array {
  const orders = new Int32Array(batch * patches);
  for (let image = 0; image < batch; image++) orders.set(random.permutation(patches), image * patches);
  return orders;
}

function buildInpainting(
  scope: ParameterScope,
  config: VitConfig,
  batch: number,
  options: InpaintingOptions,
): PretextGraph {
  const { inputs, patches, hiddenPatches, prediction } = inpaintingDrawing(scope, config, batch, options);
  const values = patches.shape[2];
  const target = gatherRows(reshape(patches, [batch * patches.shape[1], values]), hiddenPatches);
  const loss = meanSquaredError(reshape(prediction, [target.shape[0], values]), normalisedPatches(target));
  return { inputs, loss, monitors: {} };
}

/** How the hidden patches of a batch are drawn. */
export interface InpaintingDrawing {
  /** Images [batch, channels, imageSize, imageSize] and the order of their patches [batch, patches]. */
  readonly inputs: readonly Tensor[];
  /** [batch, patches, patch values] */
  readonly patches: Tensor;
  /** [batch * hidden] indices into the rows of all patches of the batch, in their order. */
  readonly hiddenPatches: Tensor;
  /** [batch, hidden, patch values], each patch with mean 0 and variance 1, as the target of the loss has them. */
  readonly prediction: Tensor;
}

/** The autoencoder up to what it draws in place of the hidden patches. */
export function inpaintingDrawing(
  scope: ParameterScope,
  config: VitConfig,
  batch: number,
  { maskRatio, decoderWidth, decoderDepth, decoderHeads }: InpaintingOptions = defaultInpainting,
): InpaintingDrawing {
  const grid = gridSize(config);
  const patchCount = grid * grid;
  const { visible } = patchCounts(config, maskRatio);
  const images = input('images', imagesShape(config, batch), scope.dtype);
  const order = input(PATCH_ORDER, [batch, patchCount], 'int32');

  const offsets = constant(
    Int32Array.from({ length: batch }, (_, image) => image * patchCount),
    [batch, 1],
    'int32',
  );
  const flatOrder = add(order, offsets);
  const part = (indices: Tensor, start: number, end: number) => slice(indices, 1, start, end);
  const flat = (start: number, end: number) => reshape(part(flatOrder, start, end), [batch * (end - start)]);

  const patches = patchify(images, config.patchSize); // [batch, patches, patch values]
  const encoded = vitEncoder(scope, config, patches, {
    visible: { indices: part(order, 0, visible), flat: flat(0, visible) },
    trainPositions: false,
  });

  // The decoder reads the encoder's tokens and one learned token in place of every hidden patch.
  const positions = scope.parameter(
    'decoder_pos_embed',
    [1, 1 + patchCount, decoderWidth],
    { kind: 'values', values: sinCosPositions(grid, decoderWidth) },
    { decay: false, trainable: false },
  );
  const table = reshape(positions, [1 + patchCount, decoderWidth]);
  const patchTable = slice(table, 0, 1, 1 + patchCount);
  const projected = linearLayer(scope.scope('decoder_embed'), encoded, decoderWidth);
  const maskToken = scope.parameter(
    'mask_token',
    [1, 1, decoderWidth],
    { kind: 'normal', deviation: 0.02 },
    { decay: false },
  );
  const classPosition = broadcastTo(slice(positions, 1, 0, 1), [batch, 1, decoderWidth]);
  const seenPositions = concat([classPosition, gatherByImage(patchTable, part(order, 0, visible))], 1);
  const hiddenPositions = gatherByImage(patchTable, part(order, visible, patchCount));
  let x = concat([add(projected, seenPositions), add(maskToken, hiddenPositions)], 1);
  for (let block = 0; block < decoderDepth; block++) {
    x = transformerBlock(scope.scope(`decoder_blocks.${block}`), x, decoderHeads);
  }
  const drawn = layerNormLayer(scope.scope('decoder_norm'), slice(x, 1, 1 + visible, 1 + patchCount));
  const patchValues = patches.shape[2];
  const prediction = linearLayer(scope.scope('decoder_pred'), drawn, patchValues); // [batch, hidden, patch values]
  return { inputs: [images, order], patches, hiddenPatches: flat(visible, patchCount), prediction };
}

/** Added to a patch's variance before it is divided by. */
export const VARIANCE_FLOOR = 1e-6;

/**
 * Each patch with zero mean and unit (sample) variance: the target that MAE found better than raw pixels.
 *
 * @param patches [rows, patch values]
 */
function normalisedPatches(patches: Tensor): Tensor {
  const values = patches.shape[1];
  const centred = sub(patches, mean(patches, -1, true));
  const variance = scale(sum(square(centred), -1, true), 1 / Math.max(1, values - 1));
  return stopGradient(div(centred, sqrt(shift(variance, VARIANCE_FLOOR))));
}
