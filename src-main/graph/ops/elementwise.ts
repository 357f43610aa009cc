/** @file Element-wise ops with NumPy broadcasting: shape rule, gradient and lowerings of each in one place. */

import {
  type Attributes,
  apply,
  type DType,
  GraphError,
  isFloat,
  type OpDefinition,
  requireSameDType,
  type Shape,
  type Tensor,
  tfDType,
  typeName,
} from '../tensor.js';
import type { Tf, TfTensor } from '../tfjs.js';
import { sum } from './reduce.js';
import { broadcastTo, reshape } from './shape.js';
import { scalar } from './source.js';

type None = Record<string, never>;

/** The common shape of NumPy's broadcasting rule. @throws GraphError where there is none. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new GraphError(`${op} cannot broadcast [${a.join(', ')}] and [${b.join(', ')}]`);
    }
    return left === 1 ? right : left;
  });
}

/** Sums a gradient over the axes along which its tensor was broadcast. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  const lead = gradient.rank - shape.length;
  const axes = gradient.shape
    .map((length, axis) => (axis < lead || (shape[axis - lead] === 1 && length !== 1) ? axis : -1))
    .filter((axis) => axis >= 0);
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes), shape);
}

type BinaryEvaluate = (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor;
type BinaryGradient = (gradient: Tensor, a: Tensor, b: Tensor, output: Tensor) => [Tensor, Tensor];

function binary(name: string, onnx: string, evaluate: BinaryEvaluate, gradient: BinaryGradient): OpDefinition<None> {
  return {
    name,
    infer: ([a, b]) => [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: requireSameDType(name, [a, b]) }],
    gradient({ inputs: [a, b], outputs }, [outputGradient]) {
      if (outputGradient === null) return [null, null];
      const [toA, toB] = gradient(outputGradient, a, b, outputs[0]);
      return [unbroadcast(toA, a.shape), unbroadcast(toB, b.shape)];
    },
    lower: (_operation, l) => void l.emit(onnx, [l.input(0), l.input(1)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [a, b], tf) => [evaluate(tf, a, b)],
  };
}

const addOp = binary(
  'add',
  'Add',
  (tf, a, b) => tf.add(a, b),
  (g) => [g, g],
);
const subOp = binary(
  'sub',
  'Sub',
  (tf, a, b) => tf.sub(a, b),
  (g) => [g, neg(g)],
);
const mulOp = binary(
  'mul',
  'Mul',
  (tf, a, b) => tf.mul(a, b),
  (g, a, b) => [mul(g, b), mul(g, a)],
);
const divOp = binary('div', 'Div', quotient, (g, _a, b, output) => [div(g, b), neg(mul(g, div(output, b)))]);
// Where both are equal, half of the gradient goes to each, as in PyTorch.
const maximumOp = binary(
  'maximum',
  'Max',
  (tf, a, b) => tf.maximum(a, b),
  (g, a, b) => share(g, greater(a, b), equal(a, b)),
);
const minimumOp = binary(
  'minimum',
  'Min',
  (tf, a, b) => tf.minimum(a, b),
  (g, a, b) => share(g, less(a, b), equal(a, b)),
);

/** TensorFlow.js rounds quotients of whole numbers down; ONNX, as C does, towards 0. */
function quotient(tf: Tf, a: TfTensor, b: TfTensor): TfTensor {
  if (a.dtype !== 'int32') return tf.div(a, b);
  return tf.mul(tf.floorDiv(tf.abs(a), tf.abs(b)), tf.mul(tf.sign(a), tf.sign(b)));
}

function share(gradient: Tensor, first: Tensor, tie: Tensor): [Tensor, Tensor] {
  const one = scalar(1, gradient.dtype);
  const weight = where(tie, scalar(0.5, gradient.dtype), cast(first, gradient.dtype));
  return [mul(gradient, weight), mul(gradient, sub(one, weight))];
}

export const add = (a: Tensor, b: Tensor): Tensor => apply(addOp, [a, b], {});
export const sub = (a: Tensor, b: Tensor): Tensor => apply(subOp, [a, b], {});
export const mul = (a: Tensor, b: Tensor): Tensor => apply(mulOp, [a, b], {});
export const div = (a: Tensor, b: Tensor): Tensor => apply(divOp, [a, b], {});
export const maximum = (a: Tensor, b: Tensor): Tensor => apply(maximumOp, [a, b], {});
export const minimum = (a: Tensor, b: Tensor): Tensor => apply(minimumOp, [a, b], {});

/** `tensor * factor` with a plain number. */
export const scale = (tensor: Tensor, factor: number): Tensor => mul(tensor, scalar(factor, tensor.dtype));
/** `tensor + offset` with a plain number. */
export const shift = (tensor: Tensor, offset: number): Tensor => add(tensor, scalar(offset, tensor.dtype));

function comparison(name: string, onnx: string, evaluate: BinaryEvaluate): OpDefinition<None> {
  return {
    name,
    infer: ([a, b]) => {
      requireSameDType(name, [a, b]);
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' }];
    },
    lower: (_operation, l) => void l.emit(onnx, [l.input(0), l.input(1)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [a, b], tf) => [evaluate(tf, a, b)],
  };
}

const equalOp = comparison('equal', 'Equal', (tf, a, b) => tf.equal(a, b));
const greaterOp = comparison('greater', 'Greater', (tf, a, b) => tf.greater(a, b));
const lessOp = comparison('less', 'Less', (tf, a, b) => tf.less(a, b));

export const equal = (a: Tensor, b: Tensor): Tensor => apply(equalOp, [a, b], {});
export const greater = (a: Tensor, b: Tensor): Tensor => apply(greaterOp, [a, b], {});
export const less = (a: Tensor, b: Tensor): Tensor => apply(lessOp, [a, b], {});

const whereOp: OpDefinition<None> = {
  name: 'where',
  infer([condition, a, b]) {
    if (condition.dtype !== 'bool') throw new GraphError(`where needs a bool condition, got ${typeName(condition)}`);
    const shape = broadcastShapes('where', condition.shape, broadcastShapes('where', a.shape, b.shape));
    return [{ shape, dtype: requireSameDType('where', [a, b]) }];
  },
  gradient({ inputs: [condition, a, b] }, [g]) {
    if (g === null) return [null, null, null];
    const zero = scalar(0, g.dtype);
    return [null, unbroadcast(where(condition, g, zero), a.shape), unbroadcast(where(condition, zero, g), b.shape)];
  },
  lower: (_operation, l) => void l.emit('Where', [l.input(0), l.input(1), l.input(2)], { outputs: [l.output(0)] }),
  evaluate: (_operation, [condition, a, b], tf) => [tf.where(condition, a, b)],
};

/** `a` where the condition holds, else `b`. */
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => apply(whereOp, [condition, a, b], {});

type UnaryGradient = (gradient: Tensor, x: Tensor, output: Tensor) => Tensor;

type UnaryEvaluate = (tf: Tf, x: TfTensor) => TfTensor;

function unary(name: string, onnx: string, evaluate: UnaryEvaluate, gradient: UnaryGradient): OpDefinition<None> {
  return {
    name,
    infer: ([x]) => [{ shape: x.shape, dtype: requireSameDType(name, [x], true) }],
    gradient: ({ inputs: [x], outputs }, [g]) => [g === null ? null : gradient(g, x, outputs[0])],
    lower: (_operation, l) => void l.emit(onnx, [l.input(0)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [x], tf) => [evaluate(tf, x)],
  };
}

const negOp = unary(
  'neg',
  'Neg',
  (tf, x) => tf.neg(x),
  (g) => neg(g),
);
const expOp = unary(
  'exp',
  'Exp',
  (tf, x) => tf.exp(x),
  (g, _x, y) => mul(g, y),
);
const logOp = unary(
  'log',
  'Log',
  (tf, x) => tf.log(x),
  (g, x) => div(g, x),
);
const sqrtOp = unary(
  'sqrt',
  'Sqrt',
  (tf, x) => tf.sqrt(x),
  (g, _x, y) => div(scale(g, 0.5), y),
);
const reciprocalOp = unary(
  'reciprocal',
  'Reciprocal',
  (tf, x) => tf.reciprocal(x),
  (g, _x, y) => neg(mul(g, mul(y, y))),
);
const tanhOp = unary(
  'tanh',
  'Tanh',
  (tf, x) => tf.tanh(x),
  (g, _x, y) => mul(g, shift(neg(mul(y, y)), 1)),
);
const sigmoidOp = unary(
  'sigmoid',
  'Sigmoid',
  (tf, x) => tf.sigmoid(x),
  (g, _x, y) => mul(g, mul(y, shift(neg(y), 1))),
);
const reluOp = unary(
  'relu',
  'Relu',
  (tf, x) => tf.relu(x),
  // Of the result, which the next layer keeps anyway, so that what relu was given need not be kept.
  (g, _x, y) => where(greater(y, scalar(0, y.dtype)), g, scalar(0, g.dtype)),
);
const absOp = unary(
  'abs',
  'Abs',
  (tf, x) => tf.abs(x),
  (g, x) => where(less(x, scalar(0, x.dtype)), neg(g), g),
);
const squareOp: OpDefinition<None> = {
  ...unary(
    'square',
    'Mul',
    (tf, x) => tf.square(x),
    (g, x) => mul(g, scale(x, 2)),
  ),
  lower: (_operation, l) => void l.emit('Mul', [l.input(0), l.input(0)], { outputs: [l.output(0)] }),
};

export const neg = (x: Tensor): Tensor => apply(negOp, [x], {});
export const exp = (x: Tensor): Tensor => apply(expOp, [x], {});
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => apply(logOp, [x], {});
export const sqrt = (x: Tensor): Tensor => apply(sqrtOp, [x], {});
export const reciprocal = (x: Tensor): Tensor => apply(reciprocalOp, [x], {});
export const tanh = (x: Tensor): Tensor => apply(tanhOp, [x], {});
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOp, [x], {});
export const relu = (x: Tensor): Tensor => apply(reluOp, [x], {});
export const abs = (x: Tensor): Tensor => apply(absOp, [x], {});
export const square = (x: Tensor): Tensor => apply(squareOp, [x], {});

type CastAttributes = {
  readonly to: DType;
};

/** ONNX's numbers for element types (onnx.proto, TensorProto.DataType). */
export const ONNX_DTYPE: Record<DType, number> = { float32: 1, float16: 10, int32: 6, int64: 7, bool: 9, float64: 11 };

const castOp: OpDefinition<CastAttributes> = {
  name: 'cast',
  infer: ([x], { to }) => [{ shape: x.shape, dtype: to }],
  gradient: ({ inputs: [x] }, [g]) => [g === null || !isFloat(x.dtype) ? null : cast(g, x.dtype)],
  lower: ({ attributes }, l) =>
    void l.emit('Cast', [l.input(0)], { attributes: { to: ONNX_DTYPE[attributes.to] }, outputs: [l.output(0)] }),
  evaluate: ({ attributes }, [x], tf) => [tf.cast(x, tfDType(attributes.to))],
};

/** Converts the element type; a no-op where it is that type already. */
export function cast(x: Tensor, to: DType): Tensor {
  return x.dtype === to ? x : apply(castOp, [x], { to });
}

const stopGradientOp: OpDefinition<Attributes> = {
  name: 'stopGradient',
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  lower: (_operation, l) => void l.emit('Identity', [l.input(0)], { outputs: [l.output(0)] }),
  evaluate: (_operation, [x]) => [x],
};

/** The value of `x`, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply(stopGradientOp, [x], {});

/** A tensor of `shape` filled with `value`. */
export const full = (shape: Shape, value: number, dtype: DType): Tensor => broadcastTo(scalar(value, dtype), shape);

/** This file’s part of the op table. */
export const elementwiseOps: readonly OpDefinition[] = [
  addOp,
  subOp,
  mulOp,
  divOp,
  maximumOp,
  minimumOp,
  equalOp,
  greaterOp,
  lessOp,
  whereOp,
  negOp,
  expOp,
  logOp,
  sqrtOp,
  reciprocalOp,
  tanhOp,
  sigmoidOp,
  reluOp,
  absOp,
  squareOp,
  castOp,
  stopGradientOp,
];
