/**
 * @file Where ONNX Runtime's WebGPU provider runs each op, and whether it computes what the CPU does: found by running the
 * op alone with ONNX Runtime's profile on. A node that the provider has no kernel for goes to the CPU without a word.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProgramSession, type TensorData } from '../../src-main/engine/session.js';
import { topologicalOrder } from '../../src-main/graph/gradient.js';
import { input } from '../../src-main/graph/ops/source.js';
import { OPS } from '../../src-main/graph/ops/table.js';
import { PASS_NAMES } from '../../src-main/graph/passes/index.js';
import { inputName, program } from '../../src-main/graph/program.js';
import { Operation, type Tensor } from '../../src-main/graph/tensor.js';
import { usedGraphs } from '../unit/graph/support/uses.js';
import { dataOf, evaluate, maxDifference, type Values } from './run-graph.js';
import type { OpPlacement, Placements } from './webgpu-placements.js';

/** Results of an op in float32 differ by rounding. */
const TOLERANCE = 2e-5;

/**
 * WGSL promises of a sine and a cosine no more than an absolute error of 2^-11 between -pi and pi (W3C, WebGPU Shading
 * Language, "Floating Point Accuracy"), and SwiftShader gives no more.
 */
const TOLERANCES: Readonly<Record<string, number>> = { sin: 2 ** -11, cos: 2 ** -11 };

/** One use of an op, by itself. */
interface Use {
  readonly inputs: readonly Tensor[];
  readonly values: Values;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What the CPU gives. */
  readonly expected: Readonly<Record<string, Float64Array>>;
  readonly operator: string;
  readonly label: string;
}

/** Ops that the WebGPU pass rewrites together with the op whose results they read. */
const READ_FROM: Readonly<Record<string, string>> = { maxUnpool: 'maxPool' };

/** Max pooling's places serve its gradient alone, which the WebGPU pass writes without them. */
const MEASURED_OUTPUTS: Readonly<Record<string, number>> = { maxPool: 1 };

const label = ({ definition, inputs, attributes }: Operation): string =>
  `${definition.name}(${inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ')}) ${JSON.stringify(attributes)}`;

/** Every use of each op in the tests' graphs, each form once. */
async function usesOf(): Promise<Map<string, Use[]>> {
  const uses = new Map<string, Use[]>();
  const seen = new Set<string>();
  for (const { inputs, values, output, toInputs } of usedGraphs()) {
    const operations = topologicalOrder([output, ...toInputs]);
    const read = new Set<Tensor>([output, ...toInputs, ...operations.flatMap((operation) => operation.inputs)]);
    const fresh = operations.filter(
      (operation) => operation.inputs.length > 0 && !seen.has(label(operation)) && seen.add(label(operation)),
    );
    if (fresh.length === 0) continue;
    const names = new Map<Tensor, string>();
    for (const { outputs } of operations) {
      for (const tensor of outputs) if (read.has(tensor)) names.set(tensor, `t${names.size}`);
    }
    const computed = await evaluate(
      inputs,
      Object.fromEntries([...names].map(([tensor, name]) => [name, tensor])),
      values,
    );
    for (const operation of fresh) {
      const own = uses.get(operation.definition.name) ?? [];
      uses.set(operation.definition.name, own);
      const use = isolated(operation, own.length, (tensor) => computed[names.get(tensor) ?? '']);
      own.push({ ...use, operator: operation.definition.name, label: label(operation) });
    }
  }
  return uses;
}

/** The operation with inputs in place of what computes its operands. */
function isolated(operation: Operation, number: number, resultOf: (tensor: Tensor) => Float64Array | undefined) {
  const inputs: Tensor[] = [];
  const values: Record<string, ArrayLike<number>> = {};
  const given = (tensor: Tensor): Tensor => {
    const { definition, inputs: operands, attributes } = tensor.operation;
    if (definition.name === 'constant') return tensor;
    if (READ_FROM[operation.definition.name] === definition.name) {
      return new Operation(definition, operands.map(given), attributes).outputs[tensor.index];
    }
    const name = `u${number}_${inputs.length}`;
    inputs.push(input(name, tensor.shape, tensor.dtype));
    values[name] = resultOf(tensor) ?? [];
    return inputs[inputs.length - 1];
  };
  const alone = new Operation(operation.definition, operation.inputs.map(given), operation.attributes);
  const outputs: Record<string, Tensor> = {};
  const expected: Record<string, Float64Array> = {};
  for (const [index, tensor] of operation.outputs.entries()) {
    const value = resultOf(tensor);
    if (value === undefined || index >= (MEASURED_OUTPUTS[operation.definition.name] ?? 9)) continue;
    outputs[`y${number}_${index}`] = alone.outputs[index];
    expected[`y${number}_${index}`] = value;
  }
  return { inputs, values, outputs, expected };
}

/** A node of a model, as ONNX Runtime ran it. */
export interface RanNode {
  operator: string;
  /** ONNX names of the element types that it read. */
  types: string[];
  onGpu: boolean;
}

interface ProfileEvent {
  cat?: string;
  args?: { op_name?: string; provider?: string; input_type_shape?: Record<string, number[]>[] };
}

/** Runs `work` with ONNX Runtime's profile on. @returns its result and the nodes that ran */
export async function profiled<T>(work: () => Promise<T>): Promise<{ result: T; nodes: RanNode[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-profile-'));
  process.env.PRETEXT_ORT_PROFILE = join(folder, 'profile');
  try {
    const result = await work();
    const events = readdirSync(folder).flatMap((name): ProfileEvent[] =>
      JSON.parse(readFileSync(join(folder, name), 'utf8')),
    );
    const nodes: RanNode[] = [];
    for (const { cat, args } of events) {
      if (cat !== 'Node' || args?.op_name === undefined || args.op_name.startsWith('Memcpy')) continue;
      const types = new Set((args.input_type_shape ?? []).flatMap((one) => Object.keys(one)));
      const onGpu = args.provider === 'WebGpuExecutionProvider';
      nodes.push({ operator: args.op_name, types: [...types], onGpu });
    }
    return { result, nodes };
  } finally {
    delete process.env.PRETEXT_ORT_PROFILE;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs uses as one program on WebGPU. */
async function runTogether(uses: readonly Use[]): Promise<Record<string, TensorData>> {
  const inputs = uses.flatMap((use) => use.inputs);
  const outputs: Record<string, Tensor> = Object.assign({}, ...uses.map((use) => use.outputs));
  const values: Values = Object.assign({}, ...uses.map((use) => use.values));
  const session = await ProgramSession.create(program('one_op', { inputs, outputs }), {
    provider: 'webgpu',
    threads: 1,
    withoutPasses: PASS_NAMES,
  });
  const feeds = inputs.map((tensor) => [inputName(tensor), dataOf(tensor.dtype, values[inputName(tensor)])]);
  return session.run(Object.fromEntries(feeds)).finally(() => session.release());
}

/** What is wrong with a use's results; null where they are the CPU's. */
function difference({ operator, expected }: Use, results: Readonly<Record<string, TensorData>>): string | null {
  for (const [name, reference] of Object.entries(expected)) {
    const actual = Float64Array.from(results[name] as ArrayLike<number> & Iterable<number>, Number);
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = maxDifference(actual, reference) / largest;
    if (!(worst <= (TOLERANCES[operator] ?? TOLERANCE))) return `differs by ${worst.toPrecision(2)}`;
  }
  return null;
}

const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0].slice(0, 200);
};

/** Runs all uses of an op, and each by itself where together they fail. */
async function placementOf(uses: readonly Use[]): Promise<OpPlacement> {
  const webgpu = new Set<string>();
  const cpu = new Set<string>();
  const wrong: string[] = [];
  const attempt = async (some: readonly Use[]): Promise<void> => {
    try {
      const { result, nodes } = await profiled(() => runTogether(some));
      for (const { operator, types, onGpu } of nodes) {
        if (onGpu) webgpu.add(operator);
        else cpu.add(`${operator} (${types.join(', ')})`);
      }
      for (const use of some) {
        const what = difference(use, result);
        if (what !== null) wrong.push(`${use.label} ${what}`);
      }
    } catch (error) {
      if (some.length === 1) wrong.push(`${some[0].label} fails: ${reasonOf(error)}`);
      else for (const use of some) await attempt([use]);
    }
  };
  await attempt(uses);
  return { webgpu: [...webgpu].sort(), cpu: [...cpu].sort(), wrong };
}

/** Every op of the table on WebGPU, in the table's order. */
export async function measurePlacements(): Promise<Placements> {
  const uses = await usesOf();
  const ops: Record<string, OpPlacement> = {};
  for (const { name } of OPS) {
    if (name === 'input' || name === 'constant') continue;
    ops[name] = await placementOf(uses.get(name) ?? []);
  }
  const manifest = readFileSync(resolve('node_modules/onnxruntime-node/package.json'), 'utf8');
  return { onnxruntime: String(JSON.parse(manifest).version), ops };
}
