/** @file Memory of a program by its graph, counted by hand. */

import { expect, it } from 'vitest';
import { heldBytes, peakActivationBytes, residentBytes } from '../../../src-main/graph/memory.js';
import { add, exp } from '../../../src-main/graph/ops/elementwise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { program } from '../../../src-main/graph/program.js';

it('counts state twice, frozen values and inputs once', () => {
  const x = input('x', [10], 'float32');
  const w = input('w', [10], 'float32');
  const f = input('f', [5], 'float32');
  const step = program('p', {
    inputs: [x],
    state: [{ name: 'w', current: w, next: add(w, x) }],
    frozen: [f],
    outputs: { y: sum(f, 0) },
  });
  expect(heldBytes(step)).toBe(4 * (2 * 10 + 5 + 10));
});

it('frees a value after its last use', () => {
  const x = input('x', [100], 'float32');
  // Of a chain two neighbours live at a time, however long it is; the last one is the result.
  const chain = exp(exp(exp(exp(x))));
  expect(peakActivationBytes(program('chain', { inputs: [x], outputs: { chain } }))).toBe(2 * 400);
  // A value that is used again later stays.
  const first = exp(x);
  const held = add(exp(exp(exp(first))), first);
  expect(peakActivationBytes(program('held', { inputs: [x], outputs: { held } }))).toBe(3 * 400);
});

it('expects more of ONNX Runtime than the values take, in proportion to them', () => {
  const sized = (length: number) => {
    const x = input('x', [length], 'float32');
    return program('chain', { inputs: [x], outputs: { y: exp(exp(x)) } });
  };
  const [small, large] = [sized(1000), sized(1_000_000)];
  const grown = 4 * 999_000; // one value of the large program over one of the small
  // The input is held once; two values of the chain live at a time.
  expect(residentBytes(large) - residentBytes(small)).toBeCloseTo(grown + 1.2 * 2 * grown, 0);
  expect(residentBytes(small)).toBeGreaterThan(heldBytes(small) + peakActivationBytes(small));
});
