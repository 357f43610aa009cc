/** @file The vision transformer (Dosovitskiy et al. 2021), shaped and named as timm's VisionTransformer. */

import { add } from '../graph/ops/elementwise.js';
import { gatherRows } from '../graph/ops/index.js';
import { linear } from '../graph/ops/matmul.js';
import { mean } from '../graph/ops/reduce.js';
import { broadcastTo, concat, reshape, slice, transpose } from '../graph/ops/shape.js';
import { GraphError, type Tensor } from '../graph/tensor.js';
import { layerNormLayer, transformerBlock } from './layers.js';
import type { ParameterScope } from './parameters.js';

export interface VitConfig {
  /** Pixels on each side of the square input. */
  imageSize: number;
  /** Pixels on each side of a patch. */
  patchSize: number;
  width: number;
  depth: number;
  heads: number;
  channels: number;
}

/** Widths, depths and heads of timm's vit_tiny, vit_small and vit_base. */
export const VIT_BACKBONES = {
  'vit-tiny': { width: 192, depth: 12, heads: 3 },
  'vit-small': { width: 384, depth: 12, heads: 6 },
  'vit-base': { width: 768, depth: 12, heads: 12 },
} as const;

export type BackboneName = keyof typeof VIT_BACKBONES;

/** Patches on each side. @throws GraphError where the patch size does not divide the image size. */
export function gridSize({ imageSize, patchSize }: Pick<VitConfig, 'imageSize' | 'patchSize'>): number {
  if (imageSize % patchSize !== 0) {
    throw new GraphError(`a patch size of ${patchSize} does not divide an image size of ${imageSize}`);
  }
  return imageSize / patchSize;
}

/**
 * Cuts images into patches.
 *
 * @param images [batch, channels, imageSize, imageSize]
 * @returns [batch, grid * grid, channels * patchSize * patchSize], row by row; values of a patch by channel, row, column
 */
export function patchify(images: Tensor, patchSize: number): Tensor {
  const [batch, channels, height, width] = images.shape;
  const rows = height / patchSize;
  const columns = width / patchSize;
  const cut = transpose(reshape(images, [batch, channels, rows, patchSize, columns, patchSize]), [0, 2, 4, 1, 3, 5]);
  return reshape(cut, [batch, rows * columns, channels * patchSize * patchSize]);
}

/**
 * Fixed two-dimensional sine-cosine position embedding (as MAE, He et al. 2022): the first half of the channels is for
 * the column, the second for the row; in each, first the sines, then the cosines of positions times 10000^(-k / (width / 4)).
 *
 * @returns [1 + grid * grid, width]; row 0, the class token's, is zero
 */
export function sinCosPositions(grid: number, width: number): Float32Array {
  if (width % 4 !== 0) throw new GraphError(`position embeddings need a width divisible by 4, got ${width}`);
  const quarter = width / 4;
  const table = new Float32Array((1 + grid * grid) * width);
  for (let row = 0; row < grid; row++) {
    for (let column = 0; column < grid; column++) {
      const start = (1 + row * grid + column) * width;
      [column, row].forEach((position, half) => {
        for (let k = 0; k < quarter; k++) {
          const angle = position / 10000 ** (k / quarter);
          table[start + half * 2 * quarter + k] = Math.sin(angle);
          table[start + half * 2 * quarter + quarter + k] = Math.cos(angle);
        }
      });
    }
  }
  return table;
}

/** Patches that an encoder reads, for each image of the batch. */
export interface VisiblePatches {
  /** [batch, visible], indices into the image's patches. */
  readonly indices: Tensor;
  /** [batch * visible], indices into the rows of all patches of the batch. */
  readonly flat: Tensor;
}

export interface VitOptions {
  /** Encode only these patches (masked image modelling); all where absent. */
  visible?: VisiblePatches;
  /** Whether position embeddings are trained (as in timm) or stay sine-cosine (as in MAE). */
  trainPositions: boolean;
}

/**
 * Encoder up to and with the final norm (timm's forward_features).
 *
 * @param patches [batch, patches, channels * patchSize * patchSize]
 * @returns [batch, 1 + visible patches, width]; token 0 is the class token
 */
export function vitEncoder(scope: ParameterScope, config: VitConfig, patches: Tensor, options: VitOptions): Tensor {
  const { width, depth, heads, patchSize, channels } = config;
  const grid = gridSize(config);
  const [batch, count, patchValues] = patches.shape;

  // timm keeps the projection as a convolution's kernel; on patches it is a matrix.
  const kernel = scope.parameter('patch_embed.proj.weight', [width, channels, patchSize, patchSize], {
    kind: 'xavierUniform',
    fanIn: patchValues,
    fanOut: width,
  });
  const kernelBias = scope.parameter('patch_embed.proj.bias', [width], { kind: 'zeros' });
  const classToken = scope.parameter('cls_token', [1, 1, width], { kind: 'normal', deviation: 0.02 }, { decay: false });
  const positions = scope.parameter(
    'pos_embed',
    [1, 1 + grid * grid, width],
    { kind: 'values', values: sinCosPositions(grid, width) },
    { decay: false, trainable: options.trainPositions },
  );

  const rows = reshape(patches, [batch * count, patchValues]);
  const patchPositions = slice(positions, 1, 1, 1 + grid * grid); // [1, patches, width]
  const { visible } = options;
  const seen = visible === undefined ? rows : gatherRows(rows, visible.flat);
  const embedded = linear(seen, reshape(kernel, [width, patchValues]), kernelBias);
  const tokens = reshape(embedded, [batch, seen.shape[0] / batch, width]);
  const placed =
    visible === undefined
      ? add(tokens, patchPositions)
      : add(tokens, gatherByImage(reshape(patchPositions, [grid * grid, width]), visible.indices));

  const classPlaced = add(classToken, slice(positions, 1, 0, 1));
  let x = concat([broadcastTo(classPlaced, [batch, 1, width]), placed], 1);
  for (let block = 0; block < depth; block++) x = transformerBlock(scope.scope(`blocks.${block}`), x, heads);
  return layerNormLayer(scope.scope('norm'), x);
}

/**
 * Rows of a table for each image.
 *
 * @param table [rows, width]
 * @param indices [batch, count]
 * @returns [batch, count, width]
 */
export function gatherByImage(table: Tensor, indices: Tensor): Tensor {
  const [batch, count] = indices.shape;
  return reshape(gatherRows(table, reshape(indices, [batch * count])), [batch, count, table.shape[1]]);
}

/**
 * The image's feature vector: the mean of its patch tokens, without the class token (timm's global_pool='avg').
 *
 * @param tokens [batch, 1 + patches, width]
 * @returns [batch, width]
 */
export function meanPatchToken(tokens: Tensor): Tensor {
  return mean(slice(tokens, 1, 1, tokens.shape[1]), 1);
}
