/** @file Cases of convolution: one to three spatial axes, groups, strides, padding and dilation, edge sizes included. */

import { conv } from '../../../../../src-main/graph/ops/conv.js';
import { convTranspose } from '../../../../../src-main/graph/ops/conv-transpose.js';
import { convWeightGradient } from '../../../../../src-main/graph/ops/conv-weight.js';
import { type MakeCase, make } from '../case-kit.js';
import type { Draw } from '../draw.js';
import { indicesOf, type Nd, range, total } from '../nd.js';

interface Drawn {
  batch: number;
  groups: number;
  /** Channels of one group. */
  channels: number;
  outputs: number;
  kernel: number[];
  stride: number[];
  padding: number[];
  dilation: number[];
  /** Lengths of the convolution's input and of its result. */
  lengths: number[];
  counts: number[];
}

function drawConv(draw: Draw): Drawn {
  const rank = draw.oneOf(1, 2, 2, 3);
  // Three axes are kept short, or the differences take seconds.
  const most = rank === 3 ? 2 : 3;
  const axes = range(rank).map(() => {
    const kernel = draw.integer(1, most);
    const [stride, dilation, padding] = [draw.integer(1, most), draw.integer(1, 2), draw.integer(0, 2)];
    const reach = dilation * (kernel - 1) + 1;
    // Some elements at the end may be read by no window.
    const length = Math.max(1, reach - 2 * padding) + draw.integer(0, most);
    return { kernel, stride, dilation, padding, length };
  });
  return {
    batch: draw.integer(1, 2),
    groups: draw.oneOf(1, 1, 2),
    channels: draw.integer(1, 2),
    outputs: draw.integer(1, 2),
    kernel: axes.map(({ kernel }) => kernel),
    stride: axes.map(({ stride }) => stride),
    padding: axes.map(({ padding }) => padding),
    dilation: axes.map(({ dilation }) => dilation),
    lengths: axes.map(({ length }) => length),
    counts: axes.map(({ kernel, stride, dilation, padding, length }) =>
      Math.floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1),
    ),
  };
}

/** The position in the input that tap `tap` of window `window` reads, or null outside. */
function read({ stride, padding, dilation, lengths }: Drawn, window: number[], tap: number[]): number[] | null {
  const at = window.map((index, axis) => index * stride[axis] + tap[axis] * dilation[axis] - padding[axis]);
  return at.every((position, axis) => position >= 0 && position < lengths[axis]) ? at : null;
}

const valueAt = (nd: Nd, lead: number[], at: number[] | null) => (at === null ? 0 : nd.at([...lead, ...at]));

export const CONV_CASES: Readonly<Record<string, MakeCase>> = {
  conv: make((draw, c) => {
    const d = drawConv(draw);
    const x = c.float([d.batch, d.groups * d.channels, ...d.lengths]);
    const weight = c.float([d.groups * d.outputs, d.channels, ...d.kernel]);
    const bias = draw.oneOf(true, false) ? c.float([d.groups * d.outputs]) : null;
    const output = conv(x.tensor, weight.tensor, { ...d, bias: bias?.tensor ?? null });
    return c.done(output, ([image, channel, ...window]) => {
      const first = Math.floor(channel / d.outputs) * d.channels;
      const terms = indicesOf([d.channels, ...d.kernel]).map(
        ([k, ...tap]) => valueAt(x.nd, [image, first + k], read(d, window, tap)) * weight.nd.at([channel, k, ...tap]),
      );
      return total(terms) + (bias?.nd.at([channel]) ?? 0);
    });
  }),
  convTranspose: make((draw, c) => {
    const d = drawConv(draw);
    const x = c.float([d.batch, d.groups * d.outputs, ...d.counts]);
    const weight = c.float([d.groups * d.outputs, d.channels, ...d.kernel]);
    const bias = draw.oneOf(true, false) ? c.float([d.groups * d.channels]) : null;
    const least = d.counts.map(
      (count, axis) => (count - 1) * d.stride[axis] + d.dilation[axis] * (d.kernel[axis] - 1) + 1 - 2 * d.padding[axis],
    );
    // Drawn lengths give the padding where they leave any; a transposed result of no length is not made.
    const outputPadding = d.lengths.map((length, axis) => length - least[axis]);
    const output = convTranspose(x.tensor, weight.tensor, { ...d, outputPadding, bias: bias?.tensor ?? null });
    return c.done(output, ([image, channel, ...position]) => {
      const group = Math.floor(channel / d.channels);
      const terms = indicesOf([d.outputs, ...d.counts]).flatMap(([o, ...window]) =>
        indicesOf(d.kernel).map((tap) => {
          const at = read(d, window, tap);
          if (at === null || at.some((place, axis) => place !== position[axis])) return 0;
          const from = group * d.outputs + o;
          return x.nd.at([image, from, ...window]) * weight.nd.at([from, channel % d.channels, ...tap]);
        }),
      );
      return total(terms) + (bias?.nd.at([channel]) ?? 0);
    });
  }),
  convWeightGradient: make((draw, c) => {
    const d = drawConv(draw);
    const x = c.float([d.batch, d.groups * d.channels, ...d.lengths]);
    const g = c.float([d.batch, d.groups * d.outputs, ...d.counts]);
    const output = convWeightGradient(x.tensor, g.tensor, d);
    return c.done(output, ([channel, k, ...tap]) => {
      const from = Math.floor(channel / d.outputs) * d.channels + k;
      return total(
        indicesOf([d.batch, ...d.counts]).map(
          ([image, ...window]) =>
            g.nd.at([image, channel, ...window]) * valueAt(x.nd, [image, from], read(d, window, tap)),
        ),
      );
    });
  }),
};
