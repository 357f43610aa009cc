/** @file Programs are checked, and lowered to ONNX models that hold what they say. */

import { onnx } from 'onnx-proto';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type LoweringOptions, lowerProgram } from '../../../src-main/graph/onnx.js';
import { add, exp, mul, scale, square } from '../../../src-main/graph/ops/elementwise.js';
import { linear, matmul } from '../../../src-main/graph/ops/matmul.js';
import { layerNorm } from '../../../src-main/graph/ops/normalise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { split } from '../../../src-main/graph/ops/shape.js';
import { constant, input, scalar } from '../../../src-main/graph/ops/source.js';
import { inputName, type Program, program } from '../../../src-main/graph/program.js';
import { bytesOfType, GraphError, type Tensor } from '../../../src-main/graph/tensor.js';
import { maxDifference } from '../../helpers/run-graph.js';

const x = input('x', [2], 'float32');
const w = input('w', [2], 'float32');

describe('program', () => {
  const mistakes: [string, () => unknown, RegExp][] = [
    [
      'an input that is not declared',
      () => program('p', { inputs: [x], outputs: { y: add(x, w) } }),
      /lacks its input w/,
    ],
    [
      'another tensor of an input’s name',
      () => program('p', { inputs: [input('x', [2], 'float32')], outputs: { y: exp(x) } }),
      /lacks its input x/,
    ],
    [
      'a name twice',
      () => program('p', { inputs: [x], frozen: [input('x', [3], 'float32')], outputs: {} }),
      /two inputs named x/,
    ],
    ['an input that is none', () => program('p', { inputs: [exp(x)], outputs: {} }), /is not an input of a program/],
    [
      'state fed by another input',
      () => program('p', { inputs: [], state: [{ name: 'w', current: x, next: x }], outputs: {} }),
      /state w is fed by x/,
    ],
    [
      'state that changes shape',
      () => program('p', { inputs: [], state: [{ name: 'w', current: w, next: sum(w, null) }], outputs: {} }),
      /state w changes from float32\[2\] to float32\[\]/,
    ],
  ];
  test.each(mistakes)('refuses %s', (_name, build, message) => {
    expect(build).toThrow(GraphError);
    expect(build).toThrow(message);
  });

  test('completes its parts and names its inputs', () => {
    const { state, frozen, inputs } = program('p', { inputs: [x], outputs: { y: exp(x) } });
    expect([state, frozen]).toEqual([[], []]);
    expect(inputs.map(inputName)).toEqual(['x']);
  });
});

const decode = (model: Uint8Array) => onnx.ModelProto.decode(model);

async function runModel(
  built: Program,
  feeds: Record<string, { values: number[]; shape: number[] }>,
  options: LoweringOptions = {},
): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(lowerProgram(built, options).model, { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, { values, shape }]): [string, OrtTensor] => [
    name,
    new OrtTensor('float32', Float32Array.from(values), shape),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

describe('lowering', () => {
  const build = (factor: number, name = 'p', source: Tensor = x) =>
    program(name, { inputs: [source], outputs: { y: scale(square(source), factor) } });

  test('equal programs have equal digests; a constant, a name or a shape changes it', () => {
    const digest = (p: Program) => lowerProgram(p).digest;
    const fresh = () => input('x', [2], 'float32');
    expect(digest(build(2, 'p', fresh()))).toBe(digest(build(2, 'p', fresh())));
    const others = [build(3), build(2, 'q'), build(2, 'p', input('x', [3], 'float32')), build(2, 'p', w)];
    expect(new Set([build(2), ...others].map(digest)).size).toBe(5);
    expect(lowerProgram(build(2)).digest).not.toBe(lowerProgram(build(2), { metadata: { a: 'b' } }).digest);
  });

  test('results that are inputs, constants, or used twice', async () => {
    const y = exp(x);
    const two = scalar(2, 'float32');
    const results = await runModel(
      program('p', {
        inputs: [x],
        state: [{ name: 'w', current: w, next: x }],
        outputs: { y, again: y, after: mul(y, two), input: x, constant: two, state: w },
      }),
      { x: { values: [0, 1], shape: [2] }, w: { values: [5, 6], shape: [2] } },
    );
    const e = Math.fround(Math.E);
    for (const [name, expected] of Object.entries({
      ...{ 'out:y': [1, e], 'out:again': [1, e], 'out:after': [2, 2 * e], 'out:input': [0, 1] },
      ...{ 'out:constant': [2], 'out:state': [5, 6], 'next:w': [0, 1] },
    })) {
      expect(maxDifference(results[name], expected), name).toBeLessThan(1e-5);
    }
  });

  test('state that trades places keeps both values', async () => {
    const swap = program('swap', {
      inputs: [],
      state: [
        { name: 'x', current: x, next: w },
        { name: 'w', current: w, next: x },
      ],
      outputs: {},
    });
    const results = await runModel(swap, { x: { values: [1, 2], shape: [2] }, w: { values: [3, 4], shape: [2] } });
    expect(results).toEqual({ 'next:x': [3, 4], 'next:w': [1, 2] });
  });

  test('names of inputs and outputs are never taken for values in between', async () => {
    const [v0, v1, c0] = ['v0', 'v1', 'c0'].map((name) => input(name, [2], 'float32'));
    const y = add(mul(exp(v0), v1), add(constant([1, 2], [2], 'float32'), c0));
    const one = (...values: number[]) => ({ values, shape: [2] });
    const feeds = { v0: one(0, 0), v1: one(3, 4), c0: one(10, 20) };
    const built = program('p', { inputs: [v0, v1, c0], outputs: { v2: scale(y, 2) } });
    expect(await runModel(built, feeds, { plainOutputNames: true })).toEqual({ v2: [28, 52] });
    const clash = program('p', { inputs: [x], outputs: { x: exp(x) } });
    expect(() => lowerProgram(clash, { plainOutputNames: true })).toThrow(/two inputs or outputs named x/);
    expect(lowerProgram(clash).outputNames).toEqual({ x: 'out:x' });
  });

  test('equal constants are stored once, different ones apart', () => {
    const y = add(add(scale(x, 2), scale(w, 2)), scale(w, 3));
    const { graph } = decode(lowerProgram(program('p', { inputs: [x, w], outputs: { y } })).model);
    expect(graph?.initializer).toHaveLength(2);
    // Equal bytes of another type or shape are another constant.
    const zeros = [scalar(0, 'float32'), scalar(0, 'int32'), constant([0], [1], 'float32')];
    const outputs = Object.fromEntries(zeros.map((tensor, index) => [`z${index}`, tensor]));
    expect(decode(lowerProgram(program('p', { inputs: [], outputs })).model).graph?.initializer).toHaveLength(3);
  });

  test('only what the results need becomes nodes', () => {
    exp(x);
    const { nodeCount } = lowerProgram(program('p', { inputs: [x, w], outputs: { y: square(x) } }));
    expect(nodeCount).toBe(1);
    const [first] = split(x, 2, 0);
    expect(lowerProgram(program('p', { inputs: [x], outputs: { first } })).nodeCount).toBe(1);
  });

  test('layer norm’s statistics are outputs only where a gradient needs them', () => {
    const gamma = input('gamma', [2], 'float32');
    const y = layerNorm(input('rows', [3, 2], 'float32'), gamma, gamma);
    const inputs = [y.operation.inputs[0], gamma];
    const outputsOf = (outputs: Record<string, Tensor>) =>
      decode(lowerProgram(program('p', { inputs, outputs })).model)
        .graph?.node?.find(({ opType }) => opType === 'LayerNormalization')
        ?.output?.filter((name) => name !== '').length;
    expect(outputsOf({ y })).toBe(1);
    expect(outputsOf({ y, deviation: y.operation.outputs[2] })).toBe(3);
  });

  test('embedded weights are part of the model; metadata and the batch’s symbolic length are written', async () => {
    const rows = input('rows', [1, 2], 'float32');
    const weight = input('weight', [3, 2], 'float32');
    const built = program('p', {
      inputs: [rows],
      frozen: [weight],
      outputs: { y: matmul(rows, weight, { transposeB: true }) },
    });
    const options = {
      embedded: new Map([['weight', [1, 0, 0, 1, 1, 1]]]),
      metadata: { purpose: 'test' },
      plainOutputNames: true,
      batchDimension: 'batch',
    };
    const feeds = { rows: { values: [1, 2, 3, 4, 5, 6], shape: [3, 2] } };
    expect(await runModel(built, feeds, options)).toEqual({ y: [1, 2, 3, 3, 4, 7, 5, 6, 11] });
    const { graph, metadataProps } = decode(lowerProgram(built, options).model);
    expect(metadataProps?.map(({ key, value }) => [key, value])).toEqual([['purpose', 'test']]);
    expect(graph?.input?.map(({ name }) => name)).toEqual(['rows']);
    const dimension = graph?.output?.[0].type?.tensorType?.shape?.dim?.[0];
    expect(dimension?.dimParam).toBe('batch');
  });

  test('bytes of a type', () => {
    expect(bytesOfType([2, 3], 'float64')).toBe(48);
    expect(bytesOfType([], 'float32')).toBe(4);
    expect(bytesOfType([5], 'bool')).toBe(5);
  });

  test('every node’s operator is of the standard or of ONNX Runtime', () => {
    const bias = input('bias', [2], 'float32');
    const rows = input('rows', [3, 2], 'float32');
    const weight = input('weight', [2, 2], 'float32');
    const built = program('p', { inputs: [rows, weight, bias], outputs: { y: linear(rows, weight, bias) } });
    const { opsetImport, irVersion, graph } = decode(lowerProgram(built).model);
    expect(opsetImport?.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 18],
      ['com.microsoft', 1],
    ]);
    expect(Number(irVersion)).toBe(8);
    expect(graph?.node?.map(({ opType }) => opType)).toEqual(['Gemm']);
  });
});
