/** @file Cases of pooling, resizing and of normalisation over batches and groups. */

import { add } from '../../../../../src-main/graph/ops/elementwise.js';
import {
  batchNorm,
  batchNormInference,
  groupNorm,
  instanceNorm,
  moments,
} from '../../../../../src-main/graph/ops/moments.js';
import { adaptiveMaxPool, maxPool, maxUnpool } from '../../../../../src-main/graph/ops/pool.js';
import {
  adaptiveAveragePool,
  averagePool,
  globalAveragePool,
  globalMaxPool,
  resizeLinear,
  resizeNearest,
} from '../../../../../src-main/graph/ops/resample.js';
import { reshape } from '../../../../../src-main/graph/ops/shape.js';
import { type MakeCase, make } from '../case-kit.js';
import type { Draw } from '../draw.js';
import { indicesOf, type Nd, range, total } from '../nd.js';

/** [batch, channels, ...lengths] with one to three spatial axes. */
function drawImages(draw: Draw, longest = 5): number[] {
  const rank = draw.oneOf(1, 2, 2, 3);
  const lengths = range(rank).map(() => draw.integer(1, rank === 3 ? 3 : longest));
  return [draw.integer(1, 2), draw.integer(1, 2), ...lengths];
}

interface Windows {
  kernel: number[];
  stride: number[];
  padding: number[];
}

function drawWindows(draw: Draw, lengths: readonly number[]): Windows {
  const axes = lengths.map((length) => {
    const kernel = draw.integer(1, Math.min(3, length + 1));
    // A window of `length + 1` needs padding to fit.
    const padding = kernel > length ? 1 : draw.integer(0, Math.floor(kernel / 2));
    return { kernel, padding, stride: draw.integer(1, 3) };
  });
  return {
    kernel: axes.map(({ kernel }) => kernel),
    stride: axes.map(({ stride }) => stride),
    padding: axes.map(({ padding }) => padding),
  };
}

/** Values that a window reads; how many places it has. */
function seen(x: Nd, lead: number[], window: number[], { kernel, stride, padding }: Windows): number[] {
  return indicesOf(kernel).flatMap((tap) => {
    const at = window.map((index, axis) => index * stride[axis] + tap[axis] - padding[axis]);
    return at.every((position, axis) => position >= 0 && position < x.shape[axis + 2]) ? [x.at([...lead, ...at])] : [];
  });
}

/** Values of a cell of an adaptive grid. */
function inCell(x: Nd, lead: number[], cell: number[], counts: readonly number[]): number[] {
  const bounds = cell.map((at, axis) => {
    const length = x.shape[axis + 2];
    return [Math.floor((at * length) / counts[axis]), Math.ceil(((at + 1) * length) / counts[axis])];
  });
  return indicesOf(bounds.map(([start, end]) => end - start)).map((index) =>
    x.at([...lead, ...index.map((i, axis) => i + bounds[axis][0])]),
  );
}

const meanOf = (values: readonly number[]) => total(values) / values.length;
const varianceOf = (values: readonly number[]) => meanOf(values.map((value) => (value - meanOf(values)) ** 2));

/** The product over axes of linear interpolation's weights. */
function interpolated(x: Nd, lead: number[], at: number[], sizes: readonly number[], alignCorners: boolean): number {
  const places = at.map((index, axis) => {
    const length = x.shape[axis + 2];
    if (alignCorners) return sizes[axis] === 1 ? 0 : (index * (length - 1)) / (sizes[axis] - 1);
    return Math.max(0, ((index + 0.5) * length) / sizes[axis] - 0.5);
  });
  return total(
    indicesOf(places.map(() => 2)).map((corner) => {
      let weight = 1;
      const index = places.map((place, axis) => {
        const low = Math.floor(place);
        weight *= corner[axis] === 0 ? 1 - (place - low) : place - low;
        return Math.min(low + corner[axis], x.shape[axis + 2] - 1);
      });
      return weight * x.at([...lead, ...index]);
    }),
  );
}

export const POOL_CASES: Readonly<Record<string, MakeCase>> = {
  maxPool: make((draw, c) => {
    const x = c.float(drawImages(draw), 'distinct');
    const windows = drawWindows(draw, x.tensor.shape.slice(2));
    return c.done(maxPool(x.tensor, windows.kernel, windows), ([image, channel, ...window]) =>
      Math.max(...seen(x.nd, [image, channel], window, windows)),
    );
  }),
  maxUnpool: make((draw, c) => {
    const shape = drawImages(draw, 3);
    const size = shape.reduce((a, b) => a * b, 1);
    const disjoint = draw.oneOf(true, false);
    const [batch, channels, ...lengths] = shape;
    const each = draw.integer(1, disjoint ? size / (batch * channels) : 5);
    const values = c.float([batch, channels, each, ...lengths.slice(1).map(() => 1)]);
    const count = values.tensor.size;
    const given = disjoint ? draw.permutation(size).slice(0, count) : draw.indices(count, size);
    const places = c.given(values.tensor.shape, given, 'int64');
    return c.done(maxUnpool(values.tensor, places.tensor, shape, disjoint), (index) => {
      const at = index.reduce((flat, i, axis) => flat * shape[axis] + i, 0);
      return total(given.map((place, i) => (place === at ? values.nd.data[i] : 0)));
    });
  }),
  averagePool: make((draw, c) => {
    const x = c.float(drawImages(draw));
    const windows = drawWindows(draw, x.tensor.shape.slice(2));
    const countPadding = draw.oneOf(true, false);
    return c.done(
      averagePool(x.tensor, windows.kernel, { ...windows, countPadding }),
      ([image, channel, ...window]) => {
        const values = seen(x.nd, [image, channel], window, windows);
        return total(values) / (countPadding ? windows.kernel.reduce((a, b) => a * b, 1) : values.length);
      },
    );
  }),
  adaptiveAveragePool: make((draw, c) => {
    const x = c.float(drawImages(draw));
    const counts = x.tensor.shape.slice(2).map(() => draw.integer(1, 4));
    return c.done(adaptiveAveragePool(x.tensor, counts), ([image, channel, ...cell]) =>
      meanOf(inCell(x.nd, [image, channel], cell, counts)),
    );
  }),
  adaptiveMaxPool: make((draw, c) => {
    const x = c.float(drawImages(draw), 'distinct');
    const counts = x.tensor.shape.slice(2).map(() => draw.integer(1, 4));
    return c.done(adaptiveMaxPool(x.tensor, counts), ([image, channel, ...cell]) =>
      Math.max(...inCell(x.nd, [image, channel], cell, counts)),
    );
  }),
  globalAveragePool: make((draw, c) => {
    const x = c.float(drawImages(draw));
    return c.done(globalAveragePool(x.tensor), (lead) =>
      meanOf(indicesOf(x.tensor.shape.slice(2)).map((index) => x.nd.at([...lead, ...index]))),
    );
  }),
  globalMaxPool: make((draw, c) => {
    const x = c.float(drawImages(draw), 'distinct');
    return c.done(globalMaxPool(x.tensor), (lead) =>
      Math.max(...indicesOf(x.tensor.shape.slice(2)).map((index) => x.nd.at([...lead, ...index]))),
    );
  }),
  resizeNearest: make((draw, c) => {
    const x = c.float(drawImages(draw, 4));
    // Twice the length, and any other.
    const sizes = x.tensor.shape.slice(2).map((length) => draw.oneOf(2 * length, draw.integer(1, 7)));
    return c.done(resizeNearest(x.tensor, sizes), ([image, channel, ...at]) =>
      x.nd.at([image, channel, ...at.map((i, axis) => Math.floor((i * x.nd.shape[axis + 2]) / sizes[axis]))]),
    );
  }),
  resizeLinear: make((draw, c) => {
    const x = c.float(drawImages(draw, 4));
    const sizes = x.tensor.shape.slice(2).map((length) => draw.oneOf(2 * length, draw.integer(1, 7)));
    const alignCorners = draw.oneOf(true, false);
    return c.done(resizeLinear(x.tensor, sizes, alignCorners), ([image, channel, ...at]) =>
      interpolated(x.nd, [image, channel], at, sizes, alignCorners),
    );
  }),

  moments: make((draw, c) => {
    const x = c.float(draw.shape(1, 4, 3));
    const axes = draw.axes(x.tensor.shape) ?? range(x.tensor.rank);
    const { mean, variance } = moments(x.tensor, axes);
    return c.done(add(mean, variance), (index) => {
      const within = indicesOf(x.tensor.shape).filter((other) =>
        other.every((i, axis) => axes.includes(axis) || i === index[axis]),
      );
      const values = within.map((other) => x.nd.at(other));
      return meanOf(values) + varianceOf(values);
    });
  }),
  batchNorm: make((draw, c) => {
    const shape = draw.oneOf(
      [draw.integer(2, 4), draw.integer(1, 3)],
      [draw.integer(2, 3), ...drawImages(draw, 3).slice(1)],
    );
    const x = c.float(shape, 'distinct');
    const [gamma, beta] = [c.float([shape[1]]), c.float([shape[1]])];
    // The statistics have gradients as well.
    const { output, mean, variance } = batchNorm(x.tensor, gamma.tensor, beta.tensor, 0.1);
    const column = reshape(add(mean, variance), [1, shape[1], ...shape.slice(2).map(() => 1)]);
    return c.done(add(output, column), (index) => {
      const others = indicesOf(shape).filter((other) => other[1] === index[1]);
      const values = others.map((other) => x.nd.at(other));
      const normal = (x.nd.at(index) - meanOf(values)) / Math.sqrt(varianceOf(values) + 0.1);
      return normal * gamma.nd.at([index[1]]) + beta.nd.at([index[1]]) + meanOf(values) + varianceOf(values);
    });
  }),
  batchNormInference: make((draw, c) => {
    const shape = drawImages(draw, 3);
    const x = c.float(shape);
    const [gamma, beta, mean] = [c.float([shape[1]]), c.float([shape[1]]), c.float([shape[1]])];
    const variance = c.float([shape[1]], 'positive');
    const statistics = { mean: mean.tensor, variance: variance.tensor };
    return c.done(batchNormInference(x.tensor, gamma.tensor, beta.tensor, statistics, 0.1), (index) => {
      const at = [index[1]];
      return (
        ((x.nd.at(index) - mean.nd.at(at)) / Math.sqrt(variance.nd.at(at) + 0.1)) * gamma.nd.at(at) + beta.nd.at(at)
      );
    });
  }),
  groupNorm: make((draw, c) => {
    const groups = draw.integer(1, 2);
    const [batch, width, ...lengths] = drawImages(draw, 3);
    const shape = [batch, groups * width, ...lengths];
    const x = c.float(shape, 'distinct');
    const [gamma, beta] = [c.float([shape[1]]), c.float([shape[1]])];
    return c.done(groupNorm(x.tensor, groups, gamma.tensor, beta.tensor, 0.1), (index) => {
      const group = (channel: number) => Math.floor(channel / width);
      const others = indicesOf(shape).filter((other) => other[0] === index[0] && group(other[1]) === group(index[1]));
      const values = others.map((other) => x.nd.at(other));
      const normal = (x.nd.at(index) - meanOf(values)) / Math.sqrt(varianceOf(values) + 0.1);
      return normal * gamma.nd.at([index[1]]) + beta.nd.at([index[1]]);
    });
  }),
  instanceNorm: make((draw, c) => {
    const shape = drawImages(draw, 3);
    const x = c.float(shape, 'distinct');
    const [gamma, beta] = [c.float([shape[1]]), c.float([shape[1]])];
    return c.done(instanceNorm(x.tensor, gamma.tensor, beta.tensor, 0.1), (index) => {
      const others = indicesOf(shape).filter((other) => other[0] === index[0] && other[1] === index[1]);
      const values = others.map((other) => x.nd.at(other));
      const normal = (x.nd.at(index) - meanOf(values)) / Math.sqrt(varianceOf(values) + 0.1);
      return normal * gamma.nd.at([index[1]]) + beta.nd.at([index[1]]);
    });
  }),
};
