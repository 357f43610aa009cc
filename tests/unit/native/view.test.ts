/** @file Views against plain indexing, and memory plans against what lives when. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../src-main/graph/tensor.js';
import type { Call } from '../../../src-main/native/calls.js';
import { computeInPlace, planMemory } from '../../../src-main/native/memory.js';
import {
  type Block,
  broadcastView,
  collapse,
  denseView,
  flipView,
  isDense,
  newBlock,
  reshapeView,
  sliceView,
  transposeView,
  type View,
} from '../../../src-main/native/view.js';

/** Places of all elements within the block, in row-major order of the view. */
function places({ offset, shape, strides }: View): number[] {
  let found = [offset];
  shape.forEach((length, axis) => {
    found = found.flatMap((at) => Array.from({ length }, (_, index) => at + index * strides[axis]));
  });
  return found;
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

/** Some view of a block: transposed, cut, broadcast, flipped. */
const views = fc.tuple(shapes, fc.infiniteStream(fc.nat({ max: 1000 }))).map(([shape, stream]): View => {
  const draw = (below: number) => Number(stream.next().value) % below;
  let view = denseView(newBlock(sizeOf(shape)), shape);
  for (let moves = draw(4); moves > 0; moves--) {
    const axis = draw(view.shape.length);
    switch (draw(4)) {
      case 0: {
        const axes = view.shape.map((_, index) => index);
        view = transposeView(view, [...axes.slice(axis), ...axes.slice(0, axis)]);
        break;
      }
      case 1: {
        const start = draw(view.shape[axis]);
        view = sliceView(view, axis, start, start + 1 + draw(view.shape[axis] - start));
        break;
      }
      case 2:
        view = broadcastView(view, [1 + draw(2), ...view.shape.map((length) => (length === 1 ? 1 + draw(3) : length))]);
        break;
      default:
        view = flipView(view, [axis]);
    }
  }
  return view;
});

/** Another shape of the same size: neighbouring axes joined, and axes cut in two. */
function otherShape(shape: readonly number[], choices: readonly number[]): number[] {
  const joined: number[] = [];
  shape.forEach((length, axis) => {
    if (axis > 0 && choices[axis % choices.length] % 2 === 0) joined[joined.length - 1] *= length;
    else joined.push(length);
  });
  return joined.flatMap((length, axis) => {
    const part = choices[(axis + 1) % choices.length] + 1;
    return length % part === 0 ? [part, length / part] : [length];
  });
}

describe('views', () => {
  test('a reshape keeps the elements in their order, or says that no strides do', () => {
    fc.assert(
      fc.property(views, fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 5 }), (view, choices) => {
        const shape = otherShape(view.shape, choices);
        const reshaped = reshapeView(view, shape);
        if (reshaped === null) expect(isDense(view)).toBe(false);
        else expect(places(reshaped)).toEqual(places(view));
      }),
    );
  });

  test('what collapses steps through the same elements', () => {
    fc.assert(
      fc.property(views, fc.nat({ max: 3 }), (view, lead) => {
        const border = Math.min(lead, view.shape.length);
        const { shape, strides, lead: first } = collapse(view.shape, [view.strides, view.strides], border);
        expect(places({ ...view, shape, strides: strides[0] })).toEqual(places(view));
        expect(strides[1]).toEqual(strides[0]);
        expect(sizeOf(shape.slice(0, first))).toBe(sizeOf(view.shape.slice(0, border)));
      }),
    );
  });

  test('a reshape that merges broadcast axes', () => {
    const view = broadcastView(denseView(newBlock(3), [3, 1]), [2, 3, 4]);
    expect(reshapeView(view, [2, 12])).toBeNull();
    expect(reshapeView(broadcastView(denseView(newBlock(1), []), [2, 3, 4]), [24])?.strides).toEqual([0]);
  });
});

const call = (reads: Block[], writes: Block[], inPlace: Call['inPlace'] = []): Call => ({
  kernel: 'pointwise',
  label: '',
  reads,
  writes,
  inPlace,
  rows: () => null,
  words: () => [],
});

describe('memory', () => {
  test('values that live at the same time do not overlap', () => {
    const life = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.nat({ max: 20 }), fc.nat({ max: 6 }));
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 30 }), (lives) => {
        const blocks = lives.map(([size]) => newBlock(size));
        const steps = Array.from({ length: 27 }, (_, step) => {
          const writes = blocks.filter((_, index) => lives[index][1] === step);
          const reads = blocks.filter((_, index) => lives[index][1] + lives[index][2] === step);
          return [call(reads, writes)];
        });
        const given = newBlock(7, 'given');
        const length = planMemory(steps, [given], new Set([blocks[0]]));
        const end = (index: number) => (index === 0 ? 99 : lives[index][1] + lives[index][2]);
        const from = (block: Block) => block.offset as number;
        blocks.forEach((a, i) => {
          expect(from(a) % 16).toBe(0);
          expect(from(a)).toBeGreaterThanOrEqual(16);
          expect(from(a) + a.size).toBeLessThanOrEqual(length);
          blocks.slice(i + 1).forEach((b, offset) => {
            const j = i + 1 + offset;
            const together = lives[i][1] <= end(j) && lives[j][1] <= end(i);
            if (together) expect(from(a) + a.size <= from(b) || from(b) + b.size <= from(a)).toBe(true);
          });
        });
      }),
    );
  });

  test('a result takes the memory of a value that dies there, and of no other', () => {
    const [x, y, z] = [newBlock(4), newBlock(4), newBlock(4)];
    const calls = [
      call([], [x]),
      call([x], [y], [{ output: y, inputs: [x] }]),
      call([x, y], [z], [{ output: z, inputs: [x, y] }]),
    ];
    computeInPlace(calls, new Set());
    expect(y.sharedWith).toBeNull();
    expect(z.sharedWith).toBe(x);
    const kept = newBlock(4);
    computeInPlace([call([], [kept]), call([kept], [y], [{ output: y, inputs: [kept] }])], new Set([kept]));
    expect(y.sharedWith).toBeNull();
  });
});
