/**
 * @file What becomes one op for the native engine, what does not, and that each of its values stands where the same
 * values stood: spelled out again by the gradient rules, the program gives the same numbers.
 */

import { describe, expect, test } from 'vitest';
import { gradients, topologicalOrder } from '../../../../src-main/graph/gradient.js';
import { lowerProgram } from '../../../../src-main/graph/onnx.js';
import { attention } from '../../../../src-main/graph/ops/attention.js';
import { add, exp, mul } from '../../../../src-main/graph/ops/elementwise.js';
import { layerNorm } from '../../../../src-main/graph/ops/normalise.js';
import { sum } from '../../../../src-main/graph/ops/reduce.js';
import { input } from '../../../../src-main/graph/ops/source.js';
import { defaultAdamW } from '../../../../src-main/graph/optimiser.js';
import { applyPasses } from '../../../../src-main/graph/passes/index.js';
import { forNative } from '../../../../src-main/graph/passes/native.js';
import { recompute } from '../../../../src-main/graph/passes/recompute.js';
import { resultsOf, rewrite } from '../../../../src-main/graph/passes/rewrite.js';
import { type Program, program } from '../../../../src-main/graph/program.js';
import { GraphError, type Operation, type Shape, type Tensor } from '../../../../src-main/graph/tensor.js';
import { contrastiveTask } from '../../../../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../../../../src-main/ssl/inpainting.js';
import { pretextStep } from '../../../../src-main/training/step-program.js';
import { uniform } from '../../../helpers/formula.js';
import { evaluate, maxDifference } from '../../../helpers/run-graph.js';

/** How often each op occurs in a program. */
function counts(built: Program): Map<string, number> {
  const found = new Map<string, number>();
  for (const { definition } of topologicalOrder(resultsOf(built))) {
    found.set(definition.name, (found.get(definition.name) ?? 0) + 1);
  }
  return found;
}

const fusedOf = (built: Program): [number, number] => {
  const found = counts(built);
  return [found.get('attentionGradient') ?? 0, found.get('layerNormGradient') ?? 0];
};

/** Ops of which a program has more or fewer than another, moves and constants apart. */
function changes(before: Program, after: Program): Record<string, number> {
  const [was, is] = [counts(before), counts(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return Object.fromEntries(
    names
      .map((name): [string, number] => [name, (is.get(name) ?? 0) - (was.get(name) ?? 0)])
      .filter(([name, difference]) => difference !== 0 && name !== 'reshape' && name !== 'constant'),
  );
}

/** The same program with what the gradient rules say in place of the fused ops. */
const spelledOut = (built: Program): Program =>
  rewrite(built, ({ operation, inputs }) => {
    const { name } = operation.definition;
    const forward = name === 'attentionGradient' ? inputs[4] : name === 'layerNormGradient' ? inputs[2] : null;
    if (forward === null) return null;
    const g = inputs[inputs.length - 1];
    const { definition, outputs } = forward.operation;
    const values = definition.gradient?.(
      forward.operation,
      outputs.map((_, index) => (index === 0 ? g : null)),
    );
    return (values ?? []).slice(0, 3).map((value) => value ?? undefined);
  });

/** Largest difference between the results of a program of inputs alone, before and after. */
async function difference(before: Program, after: Program): Promise<number> {
  const values = Object.fromEntries(
    before.inputs.map((tensor) => {
      const name = String(tensor.operation.attributes.name);
      return [name, uniform(name, tensor.shape)];
    }),
  );
  const expected = await evaluate(before.inputs, before.outputs, values);
  const got = await evaluate(before.inputs, spelledOut(after).outputs, values);
  return Math.max(...Object.keys(expected).map((name) => maxDifference(expected[name], got[name])));
}

const given = (name: string, shape: Shape) => input(name, shape, 'float32');

/** The gradients of a weighted sum of `y`, which then differ in every place. */
function gradientProgram(y: Tensor, sources: Record<string, Tensor>, others: readonly Tensor[] = []): Program {
  const pull = given('pull', y.shape);
  const names = Object.keys(sources);
  const found = gradients(sum(mul(exp(y), pull), null), Object.values(sources));
  const outputs = Object.fromEntries(names.map((name, index) => [name, found[index]]));
  return applyPasses(program('p', { inputs: [...Object.values(sources), ...others, pull], outputs }));
}

describe('whole steps of a transformer', () => {
  const vit = { width: 24, depth: 3, heads: 2, imageSize: 16, patchSize: 4, channels: 1 };
  const inpainting = inpaintingTask({ maskRatio: 0.5, decoderWidth: 12, decoderDepth: 2, decoderHeads: 2 });
  const contrastive = contrastiveTask({ temperature: 0.2, hiddenWidth: 16, projectionWidth: 8 });

  test('every block’s gradients are fused, and nothing else is touched', () => {
    for (const [task, blocks] of [
      [inpainting, 5],
      [contrastive, 3],
    ] as const) {
      const before = applyPasses(pretextStep(task, vit, 4, defaultAdamW).program);
      const after = forNative(before);
      const norms = (counts(before).get('layerNorm') ?? 0) as number;
      expect(norms).toBeGreaterThan(2 * blocks);
      expect(fusedOf(after), task.method).toEqual([blocks, norms]);
      expect(changes(before, after), task.method).toEqual({
        attentionGradient: blocks,
        layerNormGradient: norms,
        columnSum: -2 * norms,
        matmul: -4 * blocks - 2 * norms,
        mul: -2 * blocks - 6 * norms,
        sub: -blocks - 3 * norms,
        sum: -blocks,
      });
      expect(after.state.map(({ name }) => name)).toEqual(before.state.map(({ name }) => name));
      expect(counts(forNative(after))).toEqual(counts(after));
    }
  });

  test('with the batch in blocks, and with the forward pass computed again', () => {
    const inBlocks = pretextStep(inpainting, vit, 4, defaultAdamW, 'float32', { blocks: 2 }).program;
    expect(fusedOf(forNative(applyPasses(inBlocks)))).toEqual([10, 24]);
    const again = recompute(pretextStep(inpainting, vit, 4, defaultAdamW).program, 'loss', 3);
    expect(fusedOf(forNative(applyPasses(again)))).toEqual([5, 12]);
  });
});

describe('attention', () => {
  const q = given('q', [2, 3, 5, 4]);
  const k = given('k', [2, 3, 6, 4]);
  const v = given('v', [2, 3, 6, 7]);

  test.each([
    ['all three gradients', { q, k, v }],
    ['without that of the values', { q, k }],
    ['that of the queries', { q }],
    ['those of keys and values', { k, v }],
  ] as [string, Record<string, Tensor>][])('%s', async (_what, sources) => {
    const others = [q, k, v].filter((tensor) => !Object.values(sources).includes(tensor));
    const before = gradientProgram(attention(q, k, v), sources, others);
    const after = forNative(before);
    expect(fusedOf(after)).toEqual([1, 0]);
    expect(counts(after).has('matmul')).toBe(false);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });

  test('the same tensor as queries, keys and values', async () => {
    const before = gradientProgram(attention(q, q, q), { q });
    const after = forNative(before);
    expect(fusedOf(after)).toEqual([1, 0]);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });

  test('stays as it is: the values’ gradient alone, a bias, float64, gradients of gradients', () => {
    const unchanged = (built: Program) => {
      expect(fusedOf(forNative(built))).toEqual([0, 0]);
      expect(changes(built, forNative(built))).toEqual({});
    };
    unchanged(gradientProgram(attention(q, k, v), { v }, [q, k]));
    const bias = given('bias', [3, 5, 6]);
    unchanged(gradientProgram(attention(q, k, v, bias), { q, k, v, bias }));
    const wide = input('wide', [1, 1, 3, 2], 'float64');
    const [toWide] = gradients(sum(exp(attention(wide, wide, wide)), null), [wide]);
    unchanged(applyPasses(program('p', { inputs: [wide], outputs: { toWide } })));
  });

  test.each(['mul', 'sub', 'sum'])('stays as it is where something else reads its %s', (name) => {
    const before = gradientProgram(attention(q, k, v), { q, k, v });
    const [toScores] = before.outputs.q.operation.inputs;
    const inner: Record<string, Operation> = {
      mul: toScores.operation,
      sub: toScores.operation.inputs[1].operation,
      sum: toScores.operation.inputs[1].operation.inputs[1].operation,
    };
    expect(inner[name].definition.name).toBe(name);
    const read = { ...before, outputs: { ...before.outputs, read: exp(inner[name].outputs[0]) } };
    expect(fusedOf(forNative(read))).toEqual([0, 0]);
    const result = { ...before, outputs: { ...before.outputs, read: inner[name].outputs[0] } };
    expect(fusedOf(forNative(result))).toEqual([0, 0]);
  });
});

describe('layer norm', () => {
  const gamma = given('gamma', [7]);
  const beta = given('beta', [7]);

  test.each([[[7]], [[5, 7]], [[2, 5, 7]], [[2, 1, 3, 7]]] as [number[]][])('of shape %j', async (shape) => {
    const x = given('x', shape);
    const before = gradientProgram(layerNorm(x, gamma, beta), { x, gamma, beta });
    const after = forNative(before);
    expect(fusedOf(after)).toEqual([0, 1]);
    expect([counts(after).has('columnSum'), counts(after).has('matmul')]).toEqual([false, false]);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });

  test('with scale and offset frozen, and one column', async () => {
    const x = given('x', [4, 7]);
    const frozen = gradientProgram(layerNorm(x, gamma, beta), { x }, [gamma, beta]);
    expect(fusedOf(forNative(frozen))).toEqual([0, 1]);
    expect(await difference(frozen, forNative(frozen))).toBeLessThan(1e-5);
    const [one, other, column] = [given('one', [1]), given('other', [1]), given('column', [4, 1])];
    const narrow = gradientProgram(layerNorm(column, one, other), { column, one, other });
    expect(fusedOf(forNative(narrow))).toEqual([0, 1]);
    expect(await difference(narrow, forNative(narrow))).toBeLessThan(1e-5);
  });

  test('one scale and offset for two, one after another and side by side', async () => {
    const x = given('x', [2, 3, 7]);
    const twice = layerNorm(exp(layerNorm(x, gamma, beta)), gamma, beta);
    const beside = add(layerNorm(x, gamma, beta), exp(layerNorm(exp(x), gamma, beta)));
    for (const y of [twice, beside]) {
      const before = gradientProgram(y, { x, gamma, beta });
      expect(fusedOf(forNative(before))).toEqual([0, 2]);
      expect(await difference(before, forNative(before))).toBeLessThan(1e-4);
    }
  });

  test('a gradient that comes before what it is the gradient of', async () => {
    const x = given('x', [2, 3, 7]);
    const pull = given('pull', x.shape);
    const [toX, toGamma, toBeta] = gradients(sum(mul(layerNorm(exp(x), gamma, beta), pull), null), [x, gamma, beta]);
    for (const outputs of [
      { toBeta, toGamma, toX },
      { toX, toGamma, toBeta },
    ]) {
      const before = applyPasses(program('p', { inputs: [x, gamma, beta, pull], outputs }));
      expect(fusedOf(forNative(before))).toEqual([0, 1]);
      expect(await difference(before, forNative(before))).toBeLessThan(1e-5);
    }
  });

  test('stays as it is where scale and offset alone are trained, or something else reads a part', () => {
    const x = given('x', [2, 3, 7]);
    const ends = gradientProgram(layerNorm(x, gamma, beta), { gamma, beta }, [x]);
    expect(fusedOf(forNative(ends))).toEqual([0, 0]);
    const before = gradientProgram(layerNorm(x, gamma, beta), { x, gamma, beta });
    const [centred] = before.outputs.x.operation.inputs;
    const [, drawn] = centred.operation.inputs;
    const [normal, mean] = drawn.operation.inputs;
    for (const part of [centred, drawn, normal, mean]) {
      const read = { ...before, outputs: { ...before.outputs, read: exp(part) } };
      expect(fusedOf(forNative(read))).toEqual([0, 0]);
    }
  });
});

test('what is fused has no ONNX lowering', () => {
  const x = given('x', [2, 7]);
  const [gamma, beta] = [given('gamma', [7]), given('beta', [7])];
  const built = forNative(gradientProgram(layerNorm(x, gamma, beta), { x }, [gamma, beta]));
  expect(() => lowerProgram(built)).toThrow(GraphError);
  expect(() => lowerProgram(built)).toThrow('layerNormGradient has no ONNX lowering');
});
