/**
 * @file Cheap algebra: operations that change nothing, pairs that are one, and transposes that a matrix product can
 * read through. Values stay the same but for rounding where two factors become one.
 */

import { scale } from '../ops/elementwise.js';
import { gemm, matmul } from '../ops/matmul.js';
import { reshape, transpose } from '../ops/shape.js';
import type { Program } from '../program.js';
import { sameShape, type Tensor } from '../tensor.js';
import { type Rule, rewrite, type Site } from './rewrite.js';

type MatmulOptions = {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly factor: number;
};

/** The number that a constant consists of, or null. */
function uniform(tensor: Tensor): number | null {
  const { values } = tensor.operation;
  if (values === null || values.length === 0) return null;
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return null;
  return first;
}

const nameOf = (tensor: Tensor): string => tensor.operation.definition.name;
const sourceOf = (tensor: Tensor): Tensor => tensor.operation.inputs[0];

/** A product with one number: the tensor, and the number. */
function scaled(tensor: Tensor): { source: Tensor; factor: number } | null {
  if (nameOf(tensor) !== 'mul') return null;
  const [a, b] = tensor.operation.inputs;
  for (const [source, other] of [
    [a, b],
    [b, a],
  ]) {
    const factor = other.rank === 0 ? uniform(other) : null;
    if (factor !== null && sameShape(source.shape, tensor.shape)) return { source, factor };
  }
  return null;
}

/** x * 1, x / 1, x + 0, x - 0, and products with two numbers. Not x * 0: of infinity that is no number. */
const arithmetic: Rule = ({ operation, inputs: [a, b] }) => {
  const { definition, outputs } = operation;
  const [output] = outputs;
  const same = (tensor: Tensor) => sameShape(tensor.shape, output.shape);
  switch (definition.name) {
    case 'mul':
      if (uniform(b) === 1 && same(a)) return [a];
      if (uniform(a) === 1 && same(b)) return [b];
      return productOfNumbers(a, b, output);
    case 'add':
      if (uniform(b) === 0 && same(a)) return [a];
      return uniform(a) === 0 && same(b) ? [b] : null;
    case 'sub':
      return uniform(b) === 0 && same(a) ? [a] : null;
    case 'div':
      return uniform(b) === 1 && same(a) ? [a] : null;
    case 'neg':
      return nameOf(a) === 'neg' ? [sourceOf(a)] : null;
    default:
      return null;
  }
};

function productOfNumbers(a: Tensor, b: Tensor, output: Tensor): Tensor[] | null {
  for (const [tensor, other] of [
    [a, b],
    [b, a],
  ]) {
    const inner = scaled(tensor);
    const outer = other.rank === 0 ? uniform(other) : null;
    if (inner === null || outer === null || !sameShape(tensor.shape, output.shape)) continue;
    return [inner.factor * outer === 1 ? inner.source : scale(inner.source, inner.factor * outer)];
  }
  return null;
}

/** Reshapes and transposes in a row, and those that change nothing; a gradient that is stopped is only a value now. */
const moves: Rule = ({ operation, inputs: [x] }) => {
  const { definition, attributes, outputs } = operation;
  switch (definition.name) {
    case 'stopGradient':
      return [x];
    case 'reshape':
      return nameOf(x) === 'reshape' || sameShape(x.shape, outputs[0].shape) ? [reshape(x, outputs[0].shape)] : null;
    case 'transpose': {
      if (nameOf(x) !== 'transpose') return null;
      const outer = attributes.permutation as readonly number[];
      const inner = x.operation.attributes.permutation as readonly number[];
      return [
        transpose(
          sourceOf(x),
          outer.map((axis) => inner[axis]),
        ),
      ];
    }
    default:
      return null;
  }
};

/** A product's factor is a float32 of the ONNX model: in float64, only numbers that are one may become it. */
const fitsAttribute = (factor: number, { dtype }: Tensor): boolean =>
  dtype === 'float32' || Math.fround(factor) === factor;

/** True where a transpose exchanges the last two axes and nothing else. */
function swapsLast(tensor: Tensor): boolean {
  if (nameOf(tensor) !== 'transpose') return false;
  const permutation = tensor.operation.attributes.permutation as readonly number[];
  const rank = permutation.length;
  const expected = (axis: number) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2);
  return permutation.every((axis, index) => axis === expected(index));
}

/** Matrix products read transposed sides and take factors of their sides themselves. */
const products: Rule = ({ operation, inputs, uses }: Site) => {
  const { definition, attributes } = operation;
  if (definition.name !== 'matmul' && definition.name !== 'gemm') return null;
  let [a, b] = inputs;
  let { transposeA, transposeB, factor } = attributes as MatmulOptions;
  if (swapsLast(a)) [a, transposeA] = [sourceOf(a), !transposeA];
  if (swapsLast(b)) [b, transposeB] = [sourceOf(b), !transposeB];
  // A side that others read as well is scaled anyway.
  const scaledA = uses(operation.inputs[0]) === 1 ? scaled(a) : null;
  if (scaledA !== null) [a, factor] = [scaledA.source, factor * scaledA.factor];
  const scaledB = uses(operation.inputs[1]) === 1 ? scaled(b) : null;
  if (scaledB !== null) [b, factor] = [scaledB.source, factor * scaledB.factor];
  if ((a === inputs[0] && b === inputs[1]) || !fitsAttribute(factor, a)) return null;
  const options = { transposeA, transposeB, factor };
  return [definition.name === 'gemm' ? gemm(a, b, inputs[2], options) : matmul(a, b, options)];
};

/** A product of two matrices that is scaled by a number, and used for nothing else, is scaled as it is computed. */
const scaledProducts: Rule = ({ operation, inputs, uses }) => {
  if (operation.definition.name !== 'mul') return null;
  for (const index of [0, 1]) {
    const [tensor, other] = [inputs[index], inputs[1 - index]];
    const number = other.rank === 0 ? uniform(other) : null;
    if (number === null || nameOf(tensor) !== 'matmul' || uses(operation.inputs[index]) !== 1) continue;
    const {
      inputs: [a, b],
      attributes,
    } = tensor.operation;
    const { transposeA, transposeB, factor } = attributes as MatmulOptions;
    if (!fitsAttribute(factor * number, tensor)) continue;
    return [matmul(a, b, { transposeA, transposeB, factor: factor * number })];
  }
  return null;
};

const RULES: readonly Rule[] = [arithmetic, moves, products, scaledProducts];

/** Applies the rules of this file once, from the inputs to the results. */
export function simplify(program: Program): Program {
  return rewrite(program, (site) => {
    for (const rule of RULES) {
      const replaced = rule(site);
      if (replaced !== null) return replaced;
    }
    return null;
  });
}

const productOf = (tensor: Tensor): Tensor => (nameOf(tensor) === 'reshape' ? sourceOf(tensor) : tensor);

/**
 * Sums of which one term is a product of two matrices become one operation: gradients that are accumulated. The
 * product may have been reshaped, as a convolution's kernel is.
 */
export function fuseSums(program: Program): Program {
  return rewrite(program, ({ operation, inputs, uses }) => {
    if (operation.definition.name !== 'add') return null;
    for (const index of [1, 0]) {
      const [tensor, other] = [inputs[index], inputs[1 - index]];
      const wasProduct = productOf(operation.inputs[index]);
      const product = productOf(tensor);
      if (nameOf(product) !== 'matmul' || product.rank !== 2 || !sameShape(tensor.shape, other.shape)) continue;
      // A product that is read elsewhere as well would be computed twice.
      if (nameOf(wasProduct) !== 'matmul' || uses(wasProduct) !== 1 || uses(operation.inputs[index]) !== 1) continue;
      const {
        inputs: [a, b],
        attributes,
      } = product.operation;
      const { transposeA, transposeB, factor } = attributes as MatmulOptions;
      return [reshape(gemm(a, b, reshape(other, product.shape), { transposeA, transposeB, factor }), tensor.shape)];
    }
    return null;
  });
}
