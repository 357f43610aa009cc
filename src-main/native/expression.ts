/**
 * @file Element-wise ops as expressions, and expressions as programs of the engine's vector machine
 * (src-native/pointwise.c): what a group of them computes for one element, without values between them in memory.
 */

import type { DType, Operation, Tensor } from '../graph/tensor.js';
import { Unplannable } from './plan.js';
import type { View } from './view.js';

/** Numbers of src-native/pointwise.c. */
const OPCODES = {
  constant: 0,
  move: 1,
  add: 2,
  sub: 3,
  mul: 4,
  div: 5,
  max: 6,
  min: 7,
  multiplyAdd: 8,
  subtractProduct: 9,
  neg: 10,
  abs: 11,
  sign: 12,
  sqrt: 13,
  reciprocal: 14,
  square: 15,
  exp: 16,
  log: 17,
  erf: 18,
  tanh: 19,
  sin: 20,
  cos: 21,
  pow: 22,
  floor: 23,
  ceil: 24,
  round: 25,
  relu: 26,
  sigmoid: 27,
  softplus: 28,
  greater: 29,
  greaterEqual: 30,
  less: 31,
  lessEqual: 32,
  equal: 33,
  notEqual: 34,
  and: 35,
  or: 36,
  not: 37,
  select: 38,
  addWhole: 39,
  subWhole: 40,
  mulWhole: 41,
  equalWhole: 42,
  greaterWhole: 43,
  lessWhole: 44,
  wholeToFloat: 45,
  floatToWhole: 46,
  floatToBool: 47,
  wholeToBool: 48,
  normalDistribution: 49,
} as const;

type Opcode = keyof typeof OPCODES;

export type Node =
  | { readonly kind: 'leaf'; readonly view: View }
  /** One 32-bit word for all elements. */
  | { readonly kind: 'constant'; readonly word: number }
  | { readonly kind: 'apply'; readonly opcode: Opcode; readonly args: readonly Node[] };

const bits = new DataView(new ArrayBuffer(4));
/** The bits of a float32. */
export function floatWord(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

const isWhole = (dtype: DType): boolean => dtype === 'int32' || dtype === 'int64';

/** The word that holds a value of a constant. */
export const wordOf = (value: number, dtype: DType): number => (isWhole(dtype) ? value | 0 : floatWord(value));

const node = (opcode: Opcode, ...args: Node[]): Node => ({ kind: 'apply', opcode, args });
const number = (value: number): Node => ({ kind: 'constant', word: floatWord(value) });

const UNARY: Readonly<Record<string, Opcode>> = {
  neg: 'neg',
  exp: 'exp',
  log: 'log',
  sqrt: 'sqrt',
  reciprocal: 'reciprocal',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  relu: 'relu',
  abs: 'abs',
  square: 'square',
  erf: 'erf',
  sin: 'sin',
  cos: 'cos',
  sign: 'sign',
  floor: 'floor',
  ceil: 'ceil',
  round: 'round',
  softplus: 'softplus',
  not: 'not',
};

const BINARY: Readonly<Record<string, Opcode>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div',
  maximum: 'max',
  minimum: 'min',
  greater: 'greater',
  greaterEqual: 'greaterEqual',
  less: 'less',
  lessEqual: 'lessEqual',
  equal: 'equal',
  pow: 'pow',
  and: 'and',
  or: 'or',
};

const WHOLE: Readonly<Record<string, Opcode>> = {
  add: 'addWhole',
  sub: 'subWhole',
  mul: 'mulWhole',
  equal: 'equalWhole',
  greater: 'greaterWhole',
  less: 'lessWhole',
};

const OTHERS = new Set(['where', 'cast', 'gelu', 'silu', 'leakyRelu', 'clip']);

/** Whether an op computes each element of its results from the same elements of its inputs, broadcast. */
export const isPointwise = ({ definition: { name } }: Operation): boolean =>
  Object.hasOwn(UNARY, name) || Object.hasOwn(BINARY, name) || OTHERS.has(name);

/** Ops whose kernel takes longer than reading a value from memory. */
const DEAR = new Set(['exp', 'log', 'erf', 'tanh', 'sin', 'cos', 'pow', 'sigmoid', 'softplus', 'silu']);
export const isCheap = ({ definition: { name } }: Operation): boolean => !DEAR.has(name);

/**
 * One output of an element-wise operation as an expression of its inputs.
 *
 * @throws Unplannable where the vector machine lacks it
 */
export function pointwiseNode(tensor: Tensor, args: readonly Node[]): Node {
  const { definition, inputs, attributes } = tensor.operation;
  const { name } = definition;
  const [a, b, c] = args;
  const whole = isWhole(inputs[0].dtype);
  if (Object.hasOwn(BINARY, name)) {
    if (!whole) return node(BINARY[name], a, b);
    if (Object.hasOwn(WHOLE, name)) return node(WHOLE[name], a, b);
    throw new Unplannable(`${name} of whole numbers`);
  }
  switch (name) {
    case 'where':
      return node('select', a, b, c);
    case 'cast':
      return converted(a, inputs[0].dtype, tensor.dtype);
    case 'gelu': {
      const distribution = node('normalDistribution', a);
      return tensor.index === 1 ? distribution : node('mul', a, distribution);
    }
    case 'silu': {
      const gate = node('sigmoid', a);
      return tensor.index === 1 ? gate : node('mul', a, gate);
    }
    case 'leakyRelu':
      return node('select', node('greater', a, number(0)), a, node('mul', a, number(Number(attributes.slope))));
    case 'clip':
      if (whole) throw new Unplannable('clip of whole numbers');
      return node('min', node('max', a, number(Number(attributes.low))), number(Number(attributes.high)));
  }
  if (whole) throw new Unplannable(`${name} of whole numbers`);
  return node(UNARY[name], a);
}

function converted(a: Node, from: DType, to: DType): Node {
  if (isWhole(from)) {
    if (isWhole(to)) return a;
    return node(to === 'bool' ? 'wholeToBool' : 'wholeToFloat', a);
  }
  if (isWhole(to)) return node('floatToWhole', a);
  // A bool is 0 or 1 in float32.
  return to === 'bool' && from !== 'bool' ? node('floatToBool', a) : a;
}

/** A program of the vector machine: leaves and constants have registers of their own, others are used again. */
export interface MachineProgram {
  readonly leaves: readonly View[];
  /** Five words each: opcode, destination, three registers (of a constant: the word). */
  readonly instructions: readonly number[];
  readonly registers: number;
  /** Register of each result, none of them a leaf's. */
  readonly results: readonly number[];
}

const viewKey = (ids: Map<object, number>, { block, offset, strides }: View): string => {
  if (!ids.has(block)) ids.set(block, ids.size);
  return `${ids.get(block)}:${offset}:${strides.join()}`;
};

/** Compiles expressions over one shape. */
export function machineProgram(roots: readonly Node[]): MachineProgram {
  const leaves: View[] = [];
  const leafOf = new Map<string, number>();
  const ids = new Map<object, number>();
  const numbered = new Map<Node, number>();
  const shared = new Map<string, number>();
  const values: { opcode: Opcode; args: number[]; word: number }[] = [];

  // Values are numbered from the leaves on; equal ones are one.
  const constantOf = (word: number): number => {
    const key = `#${word}`;
    const known = shared.get(key);
    if (known !== undefined) return known;
    values.push({ opcode: 'constant', args: [], word });
    shared.set(key, values.length - 1);
    return values.length - 1;
  };
  const LEAF = -1;
  const visit = (start: Node): number => {
    const stack: Node[] = [start];
    while (stack.length > 0) {
      const current = stack[stack.length - 1];
      if (numbered.has(current)) {
        stack.pop();
        continue;
      }
      if (current.kind === 'leaf') {
        const key = viewKey(ids, current.view);
        let index = leafOf.get(key);
        if (index === undefined) {
          index = leaves.push(current.view) - 1;
          leafOf.set(key, index);
        }
        // Below 0: leaves, whose registers come first.
        numbered.set(current, LEAF - index);
        stack.pop();
        continue;
      }
      if (current.kind === 'constant') {
        numbered.set(current, constantOf(current.word));
        stack.pop();
        continue;
      }
      const open = current.args.filter((arg) => !numbered.has(arg));
      if (open.length > 0) {
        stack.push(...open.reverse());
        continue;
      }
      stack.pop();
      const args = current.args.map((arg) => numbered.get(arg) as number);
      const key = `${current.opcode}(${args.join()})`;
      let index = shared.get(key);
      if (index === undefined) {
        index = values.push({ opcode: current.opcode, args, word: 0 }) - 1;
        shared.set(key, index);
      }
      numbered.set(current, index);
    }
    return numbered.get(start) as number;
  };
  const results = roots.map((root) => {
    const value = visit(root);
    return value < 0 ? values.push({ opcode: 'move', args: [value], word: 0 }) - 1 : value;
  });

  joinProducts(values, results);
  return allocateRegisters(leaves, values, results);
}

type Value = { opcode: Opcode; args: number[]; word: number };

/** a b + c and c - a b become one instruction where nothing else reads the product. */
function joinProducts(values: Value[], results: readonly number[]): void {
  const uses = new Array<number>(values.length).fill(0);
  for (const { args } of values) for (const arg of args) if (arg >= 0) uses[arg]++;
  for (const result of results) uses[result]++;
  const product = (index: number): number[] | null =>
    index >= 0 && uses[index] === 1 && values[index].opcode === 'mul' ? values[index].args : null;
  for (const value of values) {
    const [a, b] = value.args;
    if (value.opcode === 'add') {
      for (const [factor, other] of [
        [a, b],
        [b, a],
      ]) {
        const sides = product(factor);
        if (sides === null) continue;
        uses[factor] = 0;
        value.opcode = 'multiplyAdd';
        value.args = [...sides, other];
        break;
      }
    } else if (value.opcode === 'sub') {
      const sides = product(b);
      if (sides === null) continue;
      uses[b] = 0;
      value.opcode = 'subtractProduct';
      value.args = [...sides, a];
    }
  }
}

function allocateRegisters(
  leaves: readonly View[],
  values: readonly Value[],
  results: readonly number[],
): MachineProgram {
  const wanted = new Array<boolean>(values.length).fill(false);
  const last = new Array<number>(values.length).fill(-1);
  for (const result of results) {
    wanted[result] = true;
    last[result] = Number.POSITIVE_INFINITY;
  }
  for (let index = values.length - 1; index >= 0; index--) {
    if (!wanted[index]) continue;
    for (const arg of values[index].args) {
      if (arg < 0) continue;
      wanted[arg] = true;
      last[arg] = Math.max(last[arg], index);
    }
  }
  const register = new Array<number>(values.length).fill(-1);
  const of = (index: number): number => (index < 0 ? -1 - index : register[index]);
  let registers = leaves.length;
  const free: number[] = [];
  const instructions: number[] = [];
  // Constants are laid out once and keep their registers.
  values.forEach(({ opcode, word }, index) => {
    if (opcode !== 'constant' || !wanted[index]) return;
    register[index] = registers++;
    instructions.push(OPCODES.constant, register[index], word, 0, 0);
  });
  values.forEach(({ opcode, args }, index) => {
    if (opcode === 'constant' || !wanted[index]) return;
    const from = args.map(of);
    for (const arg of new Set(args)) {
      if (arg >= 0 && values[arg].opcode !== 'constant' && last[arg] === index) free.push(register[arg]);
    }
    register[index] = free.pop() ?? registers++;
    instructions.push(OPCODES[opcode], register[index], from[0] ?? 0, from[1] ?? 0, from[2] ?? 0);
  });
  return { leaves, instructions, registers, results: results.map((result) => register[result]) };
}
