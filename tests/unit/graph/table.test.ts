/** @file The op table is complete, and every op in it has its proofs. */

import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topologicalOrder } from '../../../src-main/graph/gradient.js';
import { OPS } from '../../../src-main/graph/ops/table.js';
import { CNN_FIXTURE, graphOf } from '../../helpers/cnn-fixture.js';
import { Draw } from './support/draw.js';
import { FIXTURES, fixtureGraph } from './support/fixtures.js';
import { OP_CASES } from './support/op-cases.js';

/** Ops with a gradient rule that has no case of its own, and why. */
const NO_GRADIENT_CASE: Readonly<Record<string, string>> = {
  cast: 'central differences do not see through float32’s rounding; values.test.ts checks the rule exactly',
};

/** Ops without a fixture of values, and why. */
const NO_FIXTURE: Readonly<Record<string, string>> = {
  constant: 'computes nothing',
  after: 'gives its first input',
  gemm: 'matmul and add, which have theirs; its case compares it with plain JavaScript',
  splitSizes: 'moves values; its case compares it with plain JavaScript',
};

/** Definitions that occur in the forward graphs of the cases, whose gradients ops.test.ts checks. */
function definitionsOfCases(): Set<string> {
  const names = new Set<string>();
  for (const makeCase of Object.values(OP_CASES)) {
    for (const generate of fc.sample(fc.gen(), { seed: 11, numRuns: 12 })) {
      const { output } = makeCase(Draw.from(generate), 'float64');
      for (const { definition } of topologicalOrder([output])) names.add(definition.name);
    }
  }
  return names;
}

describe('op table', () => {
  test('lists every definition of src-main/graph/ops, each name once', () => {
    const names = OPS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const folder = resolve('src-main/graph/ops');
    const listed = new Set<string>();
    for (const file of readdirSync(folder)) {
      const source = readFileSync(resolve(folder, file), 'utf8');
      const defined = [...source.matchAll(/^(?:export )?const (\w+Op)\b/gm)].map(([, name]) => name);
      const table = /Ops: readonly OpDefinition\[\] = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
      const entries = table.split(',').map((entry) => entry.trim());
      for (const name of defined) {
        expect(entries, `${file} defines ${name}`).toContain(name);
        listed.add(`${file} ${name}`);
      }
    }
    expect(listed.size).toBe(OPS.length);
  });

  test('every op with a gradient rule occurs in a case whose gradient is compared with central differences', () => {
    const covered = definitionsOfCases();
    const missing = OPS.filter(({ name, gradient }) => gradient !== undefined && !covered.has(name));
    expect(missing.map(({ name }) => name).filter((name) => !(name in NO_GRADIENT_CASE))).toEqual([]);
  });

  test('every op occurs in a fixture of PyTorch’s values', () => {
    const covered = new Set<string>();
    for (const name of Object.keys(FIXTURES)) {
      for (const { definition } of topologicalOrder([fixtureGraph(name, 'float64').output])) {
        covered.add(definition.name);
      }
    }
    for (const one of CNN_FIXTURE.cases) {
      const { output, toInputs } = graphOf(one);
      for (const { definition } of topologicalOrder([output, ...toInputs])) covered.add(definition.name);
    }
    const missing = OPS.map(({ name }) => name).filter((name) => !covered.has(name) && !(name in NO_FIXTURE));
    expect(missing).toEqual([]);
  });

  test('every exemption is needed', () => {
    const names = OPS.map(({ name }) => name);
    expect(Object.keys({ ...NO_GRADIENT_CASE, ...NO_FIXTURE }).filter((name) => !names.includes(name))).toEqual([]);
  });
});
