/** @file Further comparisons, and the logic of bool tensors. None has a gradient. */

import { apply, GraphError, type OpDefinition, requireSameDType, type Tensor, typeName } from '../tensor.js';
import type { Tf, TfTensor } from '../tfjs.js';
import { broadcastShapes, equal } from './elementwise.js';

type None = Record<string, never>;
type Evaluate = (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor;

function comparison(name: string, onnx: string, evaluate: Evaluate): OpDefinition<None> {
  return {
    name,
    infer([a, b]) {
      if (requireSameDType(name, [a, b]) === 'bool') throw new GraphError(`${name} has no order of bool`);
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' }];
    },
    lower: (_operation, l) => void l.emit(onnx, [l.input(0), l.input(1)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [a, b], tf) => [evaluate(tf, a, b)],
  };
}

const lessEqualOp = comparison('lessEqual', 'LessOrEqual', (tf, a, b) => tf.lessEqual(a, b));
const greaterEqualOp = comparison('greaterEqual', 'GreaterOrEqual', (tf, a, b) => tf.greaterEqual(a, b));

export const lessEqual = (a: Tensor, b: Tensor): Tensor => apply(lessEqualOp, [a, b], {});
export const greaterEqual = (a: Tensor, b: Tensor): Tensor => apply(greaterEqualOp, [a, b], {});
export const notEqual = (a: Tensor, b: Tensor): Tensor => not(equal(a, b));

function requireBool(op: string, inputs: readonly Tensor[]): void {
  if (inputs.some(({ dtype }) => dtype !== 'bool')) {
    throw new GraphError(`${op} needs bool, got ${inputs.map(typeName).join(' and ')}`);
  }
}

function connective(name: string, onnx: string, evaluate: Evaluate): OpDefinition<None> {
  return {
    name,
    infer([a, b]) {
      requireBool(name, [a, b]);
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' }];
    },
    lower: (_operation, l) => void l.emit(onnx, [l.input(0), l.input(1)], { outputs: [l.output(0)] }),
    evaluate: (_operation, [a, b], tf) => [evaluate(tf, a, b)],
  };
}

const andOp = connective('and', 'And', (tf, a, b) => tf.logicalAnd(a, b));
const orOp = connective('or', 'Or', (tf, a, b) => tf.logicalOr(a, b));
const notOp: OpDefinition<None> = {
  name: 'not',
  infer([x]) {
    requireBool('not', [x]);
    return [{ shape: x.shape, dtype: 'bool' }];
  },
  lower: (_operation, l) => void l.emit('Not', [l.input(0)], { outputs: [l.output(0)] }),
  evaluate: (_operation, [x], tf) => [tf.logicalNot(x)],
};

export const and = (a: Tensor, b: Tensor): Tensor => apply(andOp, [a, b], {});
export const or = (a: Tensor, b: Tensor): Tensor => apply(orOp, [a, b], {});
export const not = (x: Tensor): Tensor => apply(notOp, [x], {});

/** This file’s part of the op table. */
export const logicOps: readonly OpDefinition[] = [lessEqualOp, greaterEqualOp, andOp, orOp, notOp];
