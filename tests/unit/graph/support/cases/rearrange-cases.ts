/** @file Cases of flip, roll, tile, stack, padding and gather. */

import { gather } from '../../../../../src-main/graph/ops/gather.js';
import { type PadMode, padAxes } from '../../../../../src-main/graph/ops/padding.js';
import { flip, roll, stack, tile } from '../../../../../src-main/graph/ops/rearrange.js';
import { sizeOf } from '../../../../../src-main/graph/tensor.js';
import { type MakeCase, make } from '../case-kit.js';
import { range } from '../nd.js';

const modulo = (value: number, length: number): number => ((value % length) + length) % length;

/** The place that a padded place is read from; null: the constant. */
function source(mode: PadMode, place: number, length: number): number | null {
  if (place >= 0 && place < length) return place;
  switch (mode) {
    case 'constant':
      return null;
    case 'reflect':
      return place < 0 ? -place : 2 * (length - 1) - place;
    case 'replicate':
      return place < 0 ? 0 : length - 1;
    case 'circular':
      return modulo(place, length);
  }
}

export const REARRANGE_CASES: Readonly<Record<string, MakeCase>> = {
  flip: make((draw, c) => {
    const x = c.float(draw.shape(1, 4, 3));
    const axes = draw.axes(x.tensor.shape) ?? [draw.axis(x.tensor.shape) - x.tensor.rank];
    const flipped = axes.map((axis) => modulo(axis, x.tensor.rank));
    return c.done(flip(x.tensor, axes), (index) =>
      x.nd.at(index.map((i, axis) => (flipped.includes(axis) ? x.tensor.shape[axis] - 1 - i : i))),
    );
  }),
  roll: make((draw, c) => {
    const x = c.float(draw.shape(1, 3));
    const axis = draw.axis(x.tensor.shape);
    const offset = draw.integer(-5, 5);
    return c.done(roll(x.tensor, offset, axis), (index) =>
      x.nd.at(index.map((i, other) => (other === axis ? modulo(i - offset, x.tensor.shape[axis]) : i))),
    );
  }),
  tile: make((draw, c) => {
    const x = c.float(draw.shape(0, 3, 3));
    const repeats = range(x.tensor.rank).map(() => draw.integer(1, 3));
    return c.done(tile(x.tensor, repeats), (index) => x.nd.at(index.map((i, axis) => i % x.tensor.shape[axis])));
  }),
  stack: make((draw, c) => {
    const shape = draw.shape(0, 3);
    const parts = range(draw.integer(1, 3)).map(() => c.float(shape));
    const axis = draw.integer(0, shape.length);
    const tensors = parts.map(({ tensor }) => tensor);
    return c.done(stack(tensors, axis - draw.oneOf(0, shape.length + 1)), (index) =>
      parts[index[axis]].nd.at(index.filter((_, other) => other !== axis)),
    );
  }),
  padAxes: make((draw, c) => {
    const mode = draw.oneOf<PadMode>('constant', 'reflect', 'replicate', 'circular');
    const x = c.float(draw.shape(1, 3));
    const { shape } = x.tensor;
    const lead = draw.integer(0, shape.length - 1);
    const counts = shape.slice(lead).map((length): [number, number] => {
      const most = mode === 'reflect' ? length - 1 : Math.min(3, length);
      return [draw.integer(0, most), draw.integer(0, most)];
    });
    return c.done(padAxes(x.tensor, counts, mode, 1.5), (index) => {
      const places = index.map((i, axis) =>
        axis < lead ? i : source(mode, i - counts[axis - lead][0], x.tensor.shape[axis]),
      );
      return places.includes(null) ? 1.5 : x.nd.at(places.map((place) => place ?? 0));
    });
  }),
  gather: make((draw, c) => {
    const x = c.float(draw.shape(1, 3));
    const axis = draw.axis(x.tensor.shape);
    const shape = draw.shape(0, 2, 3);
    const indices = c.given(shape, draw.indices(sizeOf(shape), x.tensor.shape[axis]), draw.indexType());
    return c.done(gather(x.tensor, indices.tensor, axis - draw.oneOf(0, x.tensor.rank)), (index) => {
      const at = indices.nd.at(index.slice(axis, axis + shape.length));
      return x.nd.at([...index.slice(0, axis), at, ...index.slice(axis + shape.length)]);
    });
  }),
};
