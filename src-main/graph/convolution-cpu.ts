/**
 * @file Convolutions as ONNX Runtime's CPU provider does them fastest where weights are no constants: its blocked layout
 * (NCHWc), or, on small maps, one long matrix product for all images. docs/decisions/0014-convolutions.md has the figures.
 */

import { columnIndices, emitChannelsLast, emitColumnChunks, emitColumns } from './columns.js';
import { type ConvAttributes, spatial } from './convolution.js';
import { type Lowering, type Shape, sizeOf, type Tensor } from './tensor.js';
import { emitReshape, emitTranspose, tapsOf, type Windows } from './windows.js';

const BLOCKED = 'com.microsoft.nchwc';
/** Positions of a small map: its rows are too short for the blocked kernel, one image for a product of its own. */
const SMALL = 36;
/** Channels from which a piece of memory of them is worth a copy. */
const PIECE = 64;

/** A convolution of stride 1 or more, of a layer or as the input gradient of one. */
interface Convolution {
  readonly x: Tensor;
  readonly input: string;
  /** [output channels, channels, ...kernel]; turned: [channels, output channels, ...kernel], taps in reverse. */
  readonly weight: string;
  readonly turned: boolean;
  /** [output channels] */
  readonly bias: string | null;
  readonly result: Shape;
  readonly windows: Windows;
}

/** Lowers it if there is a faster way than `Conv`. @returns whether it did */
export function lowerOnProcessor(l: Lowering, convolution: Convolution): boolean {
  const { x, result, windows } = convolution;
  const [, outputs, ...counts] = result;
  const [, channels] = x.shape;
  if (l.processor === null || x.dtype !== 'float32' || windows.kernel.every((length) => length === 1)) return false;
  const { channelBlock } = l.processor;
  if (sizeOf(counts) <= SMALL && channels >= PIECE) {
    byColumns(l, convolution);
    return true;
  }
  if (channelBlock === null || counts.length !== 2) return false;
  if (channels % channelBlock !== 0 || outputs % channelBlock !== 0) return false;
  inBlocks(l, convolution, channelBlock);
  return true;
}

/** All images together are one matrix of columns, channels last. */
function byColumns(l: Lowering, { x, input, weight, turned, bias, result, windows }: Convolution): void {
  const [batch, channels, ...lengths] = x.shape;
  const [, outputs, ...counts] = result;
  const positions = sizeOf(counts);
  const taps = sizeOf(windows.kernel);
  const last = emitChannelsLast(l, input, x.shape, windows.padding);
  const indices = columnIndices(lengths, counts, windows);
  const matrix = turned
    ? emitReshape(l, backwards(l, byTap(l, weight, channels, outputs, taps), taps), [taps * channels, outputs])
    : emitReshape(l, emitTranspose(l, emitReshape(l, weight, [outputs, channels, taps]), [0, 2, 1]), [
        outputs,
        taps * channels,
      ]);
  const parts: string[] = [];
  const read = { last, indices, batch, windows: positions, channels, dtype: x.dtype };
  for (const { columns } of emitColumnChunks(l, read, 'forward')) {
    const operands = bias === null ? [columns, matrix] : [columns, matrix, bias];
    parts.push(l.emit('Gemm', operands, { attributes: { transB: turned ? 0 : 1 } })); // [positions, output channels]
  }
  const joined = parts.length === 1 ? parts[0] : l.emit('Concat', parts, { attributes: { axis: 0 } });
  const byImage = emitReshape(l, joined, [batch, positions, outputs]);
  emitReshape(l, emitTranspose(l, byImage, [0, 2, 1]), result, [l.output(0)]);
}

/** A weight [first, second, ...kernel] as [taps, first, second]. */
const byTap = (l: Lowering, weight: string, first: number, second: number, taps: number): string =>
  emitTranspose(l, emitReshape(l, weight, [first, second, taps]), [2, 0, 1]);

/** The first axis in reverse: not by Slice, which uses one thread. */
function backwards(l: Lowering, x: string, length: number): string {
  const order = Int32Array.from({ length }, (_, index) => length - 1 - index);
  return l.emit('Gather', [x, l.constant(order, [length], 'int32')], { attributes: { axis: 0 } });
}

/** Activations and weight in blocks of channels, and back. */
function inBlocks(l: Lowering, { x, input, weight, turned, bias, result, windows }: Convolution, block: number): void {
  const [, channels] = x.shape;
  const [, outputs] = result;
  const { kernel, stride, padding, dilation } = windows;
  const taps = sizeOf(kernel);
  const [inner, outer] = [channels / block, outputs / block];
  // [outer, inner, taps, channels of a block, outputs of a block]
  const blocks = turned
    ? emitTranspose(
        l,
        emitReshape(l, backwards(l, byTap(l, weight, channels, outputs, taps), taps), [
          taps,
          inner,
          block,
          outer,
          block,
        ]),
        [3, 1, 0, 2, 4],
      )
    : emitTranspose(
        l,
        emitReshape(l, emitTranspose(l, emitReshape(l, weight, [outer, block, channels * taps]), [0, 2, 1]), [
          outer,
          inner,
          block,
          taps,
          block,
        ]),
        [0, 1, 3, 2, 4],
      );
  const ordered = emitReshape(l, blocks, [outputs, channels, ...kernel]);
  const reordered = l.emit('ReorderInput', [input], { domain: BLOCKED });
  const operands = bias === null ? [reordered, ordered] : [reordered, ordered, bias];
  const y = l.emit('Conv', operands, {
    domain: BLOCKED,
    attributes: {
      auto_pad: 'NOTSET',
      kernel_shape: kernel,
      strides: stride,
      pads: [...padding, ...padding],
      dilations: dilation,
      group: 1,
    },
  });
  l.emit('ReorderOutput', [y], { domain: BLOCKED, attributes: { channels: outputs }, outputs: [l.output(0)] });
}

/**
 * Lowers a transposed convolution with a stride as one matrix product for each remainder of a position: positions with
 * the same remainder read the same taps. ONNX Runtime's ConvTranspose multiplies each image by itself, then adds taps up.
 *
 * @param weight [channels, output channels, ...kernel]
 * @returns whether it did
 */
export function lowerTransposedOnProcessor(
  l: Lowering,
  x: Tensor,
  weightShape: Shape,
  result: Shape,
  { stride, padding, dilation, groups }: ConvAttributes,
): boolean {
  const [batch, channels, ...lengths] = x.shape;
  const [, outputs, ...counts] = result;
  const kernel = spatial(weightShape);
  const positions = sizeOf(lengths);
  const large = channels < PIECE || outputs < PIECE || positions > 16 * 16;
  if (l.processor === null || x.dtype !== 'float32' || groups !== 1 || large) return false;
  const taps = tapsOf(kernel);
  /** Index of what a tap gives to a position; the one after all is a zero, null is never. */
  const source = (at: readonly number[], tap: readonly number[]): number | null => {
    const from = at.map((position, axis) => position + padding[axis] - tap[axis] * dilation[axis]);
    if (from.some((place, axis) => place % stride[axis] !== 0)) return null;
    const places = from.map((place, axis) => place / stride[axis]);
    const inside = places.every((place, axis) => place >= 0 && place < lengths[axis]);
    return inside ? places.reduce((flat, place, axis) => flat * lengths[axis] + place, 0) : positions;
  };
  const classes = new Map<string, { taps: number[]; sources: number[]; places: number[] }>();
  tapsOf(counts).forEach((at, place) => {
    const read = taps.map((tap) => source(at, tap));
    const used = [...taps.keys()].filter((tap) => read[tap] !== null);
    const key = used.join(' ');
    const known = classes.get(key) ?? { taps: used, sources: [], places: [] };
    known.sources.push(...used.map((tap) => read[tap] ?? positions));
    known.places.push(place);
    classes.set(key, known);
  });
  const last = emitChannelsLast(l, l.input(0), x.shape, lengths.map(() => 0)); // biome-ignore format: one line
  const withZero = l.emit('Pad', [last, l.constant([0, 0, 0, 0, 1, 0], [6], 'int64')]);
  const matrices = byTap(l, l.input(1), channels, outputs, taps.length);
  const places = new Int32Array(sizeOf(counts));
  let row = 0;
  const parts = [...classes.values()].map((one) => {
    const rows = one.places.length;
    one.places.forEach((place, index) => {
      places[place] = row + index;
    });
    row += rows;
    if (one.taps.length === 0) {
      const shape = l.constant([batch, rows, outputs], [3], 'int64');
      return l.emit('Expand', [l.constant([0], [1], 'float32'), shape]);
    }
    const columns = emitColumns(l, withZero, Int32Array.from(one.sources), batch, rows, channels, 'forward');
    const chosen = l.constant(one.taps, [one.taps.length], 'int32');
    const picked = l.emit('Gather', [matrices, chosen], { attributes: { axis: 0 } });
    const matrix = emitReshape(l, picked, [one.taps.length * channels, outputs]);
    return emitReshape(l, l.emit('MatMul', [columns, matrix]), [batch, rows, outputs]);
  });
  const joined = parts.length === 1 ? parts[0] : l.emit('Concat', parts, { attributes: { axis: 1 } });
  const ordered = l.emit('Gather', [joined, l.constant(places, [places.length], 'int32')], { attributes: { axis: 1 } });
  emitReshape(l, emitTranspose(l, ordered, [0, 2, 1]), result, [l.output(0)]);
  return true;
}
