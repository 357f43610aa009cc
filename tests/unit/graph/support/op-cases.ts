/** @file One generator of cases for every op with a gradient: inputs, the op, and a plain reference of its values. */

import { erf, gelu } from '../../../../src-main/graph/ops/activation.js';
import * as elementwise from '../../../../src-main/graph/ops/elementwise.js';
import { gatherRows, putAlongAxis, scatterAddRows, takeAlongAxis } from '../../../../src-main/graph/ops/index.js';
import { columnSum, gemm, linear, matmul } from '../../../../src-main/graph/ops/matmul.js';
import {
  cosineSimilarity,
  l2Normalise,
  layerNorm,
  logSoftmax,
  pairedCosine,
  softmax,
} from '../../../../src-main/graph/ops/normalise.js';
import { logSumExp, max, mean, min, sum, sumSquares, variance } from '../../../../src-main/graph/ops/reduce.js';
import { after } from '../../../../src-main/graph/ops/sequence.js';
import {
  broadcastTo,
  concat,
  pad,
  reshape,
  slice,
  split,
  splitSizes,
  transpose,
} from '../../../../src-main/graph/ops/shape.js';
import { sizeOf } from '../../../../src-main/graph/tensor.js';
import { binary, lengthOf, logSumExpOf, type MakeCase, make, reduction, row, rowWise, unary } from './case-kit.js';
import { ATTENTION_CASES } from './cases/attention-cases.js';
import { CONV_CASES } from './cases/conv-cases.js';
import { ELEMENTWISE_CASES } from './cases/elementwise-cases.js';
import { LOSS_CASES } from './cases/loss-cases.js';
import { POOL_CASES } from './cases/pool-cases.js';
import { REARRANGE_CASES } from './cases/rearrange-cases.js';
import { range, total } from './nd.js';

/** erf by its Taylor series, enough terms for |x| <= 3. */
function erfOf(x: number): number {
  let term = x;
  let result = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    result += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * result;
}

/** By the name under which `src-main/graph/ops` exports the op. */
export const OP_CASES: Readonly<Record<string, MakeCase>> = {
  ...ELEMENTWISE_CASES,
  ...CONV_CASES,
  ...POOL_CASES,
  ...LOSS_CASES,
  ...ATTENTION_CASES,
  ...REARRANGE_CASES,
  add: binary(elementwise.add, (a, b) => a + b),
  sub: binary(elementwise.sub, (a, b) => a - b),
  mul: binary(elementwise.mul, (a, b) => a * b),
  div: binary(elementwise.div, (a, b) => a / b, ['any', 'nonZero']),
  maximum: binary(elementwise.maximum, Math.max),
  minimum: binary(elementwise.minimum, Math.min),
  scale: unary(
    (x) => elementwise.scale(x, -1.7),
    (x) => -1.7 * x,
  ),
  shift: unary(
    (x) => elementwise.shift(elementwise.square(x), 0.3),
    (x) => x * x + 0.3,
  ),
  neg: unary(elementwise.neg, (x) => -x),
  exp: unary(elementwise.exp, Math.exp),
  log: unary(elementwise.log, Math.log, 'positive'),
  sqrt: unary(elementwise.sqrt, Math.sqrt, 'positive'),
  reciprocal: unary(elementwise.reciprocal, (x) => 1 / x, 'nonZero'),
  tanh: unary(elementwise.tanh, Math.tanh),
  sigmoid: unary(elementwise.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  relu: unary(elementwise.relu, (x) => Math.max(0, x), 'nonZero'),
  abs: unary(elementwise.abs, Math.abs, 'nonZero'),
  square: unary(elementwise.square, (x) => x * x),
  erf: unary(erf, erfOf),
  gelu: unary(gelu, (x) => 0.5 * x * (1 + erfOf(x / Math.SQRT2))),
  where: make((draw, c) => {
    const shape = draw.shape(0, 3);
    const a = c.float(draw.broadcastable(shape));
    const b = c.float(shape);
    const maskShape = draw.broadcastable(shape);
    const mask = c.given(
      maskShape,
      draw.values(maskShape).map((value) => Number(value > 0)),
      'bool',
    );
    return c.done(elementwise.where(mask.tensor, a.tensor, b.tensor), (index) =>
      mask.nd.at(index) === 1 ? a.nd.at(index) : b.nd.at(index),
    );
  }),

  sum: reduction(sum, total),
  mean: reduction(mean, (values) => total(values) / values.length),
  max: reduction(max, (values) => Math.max(...values), 'distinct'),
  min: reduction(min, (values) => Math.min(...values), 'distinct'),
  variance: reduction(variance, (values) => {
    const average = total(values) / values.length;
    return total(values.map((value) => (value - average) ** 2)) / values.length;
  }),
  sumSquares: reduction(sumSquares, (values) => total(values.map((value) => value * value))),
  logSumExp: reduction(logSumExp, logSumExpOf, 'distinct'),

  reshape: make((draw, c) => {
    const x = c.float(draw.shape(0, 3));
    const { size } = x.tensor;
    const divisors = range(size)
      .map((i) => i + 1)
      .filter((length) => size % length === 0);
    const length = draw.oneOf(...divisors);
    const shape = draw.oneOf([length, -1], [1, -1, length], [size]);
    return c.done(reshape(elementwise.square(x.tensor), shape), (index) => {
      const full = shape.map((given) => (given === -1 ? size / length : given));
      return x.nd.data[index.reduce((offset, i, axis) => offset * full[axis] + i, 0)] ** 2;
    });
  }),
  broadcastTo: make((draw, c) => {
    const shape = draw.shape(0, 3);
    const x = c.float(draw.broadcastable(shape));
    return c.done(broadcastTo(x.tensor, shape), (index) => x.nd.at(index));
  }),
  transpose: make((draw, c) => {
    const x = c.float(draw.shape(0, 4, 3));
    const permutation = draw.permutation(x.tensor.rank);
    return c.done(transpose(x.tensor, permutation), (index) =>
      x.nd.at(range(x.tensor.rank).map((axis) => index[permutation.indexOf(axis)])),
    );
  }),
  concat: make((draw, c) => {
    const shape = draw.shape(1, 3);
    const axis = draw.axis(shape);
    const parts = range(draw.integer(1, 3)).map(() =>
      c.float(shape.map((length, i) => (i === axis ? draw.integer(1, 3) : length))),
    );
    return c.done(
      concat(
        parts.map(({ tensor }) => tensor),
        axis - draw.oneOf(0, shape.length),
      ),
      (index) => {
        let start = 0;
        for (const { nd } of parts) {
          const within = index[axis] - start;
          if (within < nd.shape[axis]) return nd.at(index.map((i, other) => (other === axis ? within : i)));
          start += nd.shape[axis];
        }
        return Number.NaN;
      },
    );
  }),
  slice: make((draw, c) => {
    const x = c.float(draw.shape(1, 3, 5));
    const axis = draw.axis(x.tensor.shape);
    const start = draw.integer(0, x.tensor.shape[axis] - 1);
    const end = draw.integer(start + 1, x.tensor.shape[axis]);
    return c.done(slice(x.tensor, axis, start, end), (index) =>
      x.nd.at(index.map((i, other) => (other === axis ? i + start : i))),
    );
  }),
  split: make((draw, c) => {
    const shape = draw.shape(1, 3, 2);
    const axis = draw.axis(shape);
    const parts = draw.integer(2, 3);
    const x = c.float(shape.map((length, i) => (i === axis ? length * parts : length)));
    const pieces = split(x.tensor, parts, axis);
    // The last part is left out: its gradient is zero.
    const output = elementwise.mul(pieces[0], pieces[parts - 2]);
    const piece = (index: number[], part: number) =>
      x.nd.at(index.map((i, other) => (other === axis ? i + part * shape[axis] : i)));
    return c.done(output, (index) => piece(index, 0) * piece(index, parts - 2));
  }),
  splitSizes: make((draw, c) => {
    const shape = draw.shape(1, 3, 2);
    const axis = draw.axis(shape);
    const [first, last] = [draw.integer(1, 2), draw.integer(1, 2)];
    const x = c.float(shape.map((length, i) => (i === axis ? first + length + last : length)));
    // The outer parts are left out: their gradient is zero.
    const [, middle] = splitSizes(x.tensor, [first, shape[axis], last], axis - draw.oneOf(0, shape.length));
    return c.done(elementwise.square(middle), (index) => {
      return x.nd.at(index.map((i, other) => (other === axis ? i + first : i))) ** 2;
    });
  }),
  pad: make((draw, c) => {
    const x = c.float(draw.shape(1, 3));
    const axis = draw.axis(x.tensor.shape);
    const before = draw.integer(0, 2);
    return c.done(pad(x.tensor, axis, before, draw.integer(0, 2)), (index) => {
      const within = index[axis] - before;
      if (within < 0 || within >= x.tensor.shape[axis]) return 0;
      return x.nd.at(index.map((i, other) => (other === axis ? within : i)));
    });
  }),

  matmul: make((draw, c) => {
    const [rows, inner, columns] = [draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 3)];
    const lead = draw.shape(0, 2, 3);
    const [leadA, leadB] = draw.oneOf([lead, lead], [draw.broadcastable(lead), lead], [lead, draw.broadcastable(lead)]);
    const transposeA = draw.oneOf(true, false);
    const transposeB = draw.oneOf(true, false);
    const factor = draw.oneOf(1, 0.5, -0.25);
    const a = c.float([...leadA, ...(transposeA ? [inner, rows] : [rows, inner])]);
    const b = c.float([...leadB, ...(transposeB ? [columns, inner] : [inner, columns])]);
    return c.done(matmul(a.tensor, b.tensor, { transposeA, transposeB, factor }), (index) => {
      const [r, column] = index.slice(-2);
      return (
        factor *
        total(
          range(inner).map((k) => a.nd.matrixAt(index, r, k, transposeA) * b.nd.matrixAt(index, k, column, transposeB)),
        )
      );
    });
  }),
  gemm: make((draw, c) => {
    const [rows, inner, columns] = [draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 3)];
    const transposeA = draw.oneOf(true, false);
    const transposeB = draw.oneOf(true, false);
    const factor = draw.oneOf(1, 0.5, -0.25);
    const a = c.float(transposeA ? [inner, rows] : [rows, inner]);
    const b = c.float(transposeB ? [columns, inner] : [inner, columns]);
    const added = c.float([rows, columns]);
    return c.done(gemm(a.tensor, b.tensor, added.tensor, { transposeA, transposeB, factor }), (index) => {
      const [r, column] = index;
      const terms = range(inner).map(
        (k) => a.nd.matrixAt(index, r, k, transposeA) * b.nd.matrixAt(index, k, column, transposeB),
      );
      return factor * total(terms) + added.nd.at(index);
    });
  }),
  linear: make((draw, c) => {
    const [inputs, outputs] = [draw.integer(1, 4), draw.integer(1, 3)];
    const x = c.float([...draw.shape(0, 2, 3), inputs]);
    const weight = c.float([outputs, inputs]);
    const bias = c.float([outputs]);
    return c.done(linear(x.tensor, weight.tensor, bias.tensor), (index) => {
      const output = index[index.length - 1];
      const terms = range(inputs).map((k) => x.nd.at([...index.slice(0, -1), k]) * weight.nd.at([output, k]));
      return total(terms) + bias.nd.at([output]);
    });
  }),
  columnSum: make((draw, c) => {
    const x = c.float([draw.integer(1, 5), draw.integer(1, 4)]);
    return c.done(columnSum(x.tensor), ([column]) => total(range(x.tensor.shape[0]).map((r) => x.nd.at([r, column]))));
  }),
  gatherRows: make((draw, c) => {
    const x = c.float(draw.shape(1, 3));
    const count = draw.integer(1, 6);
    const indices = c.given([count], draw.indices(count, x.tensor.shape[0]), draw.indexType());
    return c.done(gatherRows(x.tensor, indices.tensor), ([first, ...rest]) =>
      x.nd.at([indices.nd.at([first]), ...rest]),
    );
  }),
  scatterAddRows: make((draw, c) => {
    const base = c.float(draw.shape(1, 3));
    const { shape } = base.tensor;
    const count = draw.integer(1, 6);
    const indices = c.given([count], draw.indices(count, shape[0]), draw.indexType());
    const updates = c.float([count, ...shape.slice(1)]);
    return c.done(scatterAddRows(base.tensor, indices.tensor, updates.tensor), ([first, ...rest]) => {
      const hits = range(count).filter((i) => indices.nd.at([i]) === first);
      return base.nd.at([first, ...rest]) + total(hits.map((i) => updates.nd.at([i, ...rest])));
    });
  }),
  takeAlongAxis: make((draw, c) => {
    const x = c.float(draw.shape(1, 3));
    const { shape } = x.tensor;
    const axis = draw.axis(shape);
    const taken = shape.map((length, i) => (i === axis ? draw.integer(1, 5) : length));
    const count = taken.reduce((a, b) => a * b, 1);
    const indices = c.given(taken, draw.indices(count, shape[axis]), draw.indexType());
    return c.done(takeAlongAxis(x.tensor, indices.tensor, axis), (index) =>
      x.nd.at(index.map((i, other) => (other === axis ? indices.nd.at(index) : i))),
    );
  }),
  putAlongAxis: make((draw, c) => {
    const base = c.float(draw.shape(1, 3));
    const { shape } = base.tensor;
    const axis = draw.axis(shape);
    const count = draw.integer(1, 5);
    const put = shape.map((length, i) => (i === axis ? count : length));
    const indices = c.given(put, draw.indices(sizeOf(put), shape[axis]), draw.indexType());
    const updates = c.float(put);
    return c.done(putAlongAxis(base.tensor, indices.tensor, updates.tensor, axis), (index) => {
      const places = range(count).map((at) => index.map((i, other) => (other === axis ? at : i)));
      const hits = places.filter((place) => indices.nd.at(place) === index[axis]);
      return base.nd.at(index) + total(hits.map((place) => updates.nd.at(place)));
    });
  }),

  layerNorm: make((draw, c) => {
    // A width of 1 or 2 has a deviation near 0 or a constant result; epsilon is large enough to be seen.
    const width = draw.integer(1, 6);
    const epsilon = draw.oneOf(1e-6, 0.3);
    const x = c.float([...draw.shape(0, 2, 3), width], 'distinct');
    const gamma = c.float([width]);
    const beta = c.float([width]);
    return c.done(layerNorm(x.tensor, gamma.tensor, beta.tensor, width === 1 ? 0.3 : epsilon), (index) => {
      const values = row(x.nd, index.slice(0, -1), width);
      const average = total(values) / width;
      const variance = total(values.map((value) => (value - average) ** 2)) / width;
      const column = index[index.length - 1];
      const normal = (values[column] - average) / Math.sqrt(variance + (width === 1 ? 0.3 : epsilon));
      return normal * gamma.nd.at([column]) + beta.nd.at([column]);
    });
  }),
  softmax: rowWise(softmax, (values, column) => Math.exp(values[column] - logSumExpOf(values))),
  logSoftmax: rowWise(logSoftmax, (values, column) => values[column] - logSumExpOf(values)),
  pairedCosine: make((draw, c) => {
    const shape = draw.shape(1, 3);
    const [a, b] = [c.float(shape, 'nonZero'), c.float(shape, 'nonZero')];
    return c.done(pairedCosine(a.tensor, b.tensor), (index) => {
      const width = shape[shape.length - 1];
      const [left, right] = [row(a.nd, index, width), row(b.nd, index, width)];
      return total(left.map((value, k) => value * right[k])) / (lengthOf(left) * lengthOf(right));
    });
  }),
  l2Normalise: rowWise(l2Normalise, (values, column) => values[column] / lengthOf(values)),
  cosineSimilarity: make((draw, c) => {
    const width = draw.integer(1, 4);
    const a = c.float([draw.integer(1, 3), width], 'nonZero');
    const b = c.float([draw.integer(1, 3), width], 'nonZero');
    return c.done(cosineSimilarity(a.tensor, b.tensor), ([i, j]) => {
      const [left, right] = [row(a.nd, [i], width), row(b.nd, [j], width)];
      return total(left.map((value, k) => value * right[k])) / (lengthOf(left) * lengthOf(right));
    });
  }),
  after: make((draw, c) => {
    const [x, earlier, scalar] = [c.float(draw.shape(0, 3)), c.float(draw.shape(0, 3)), c.float([])];
    const ordered = after(elementwise.square(x.tensor), [elementwise.exp(earlier.tensor), scalar.tensor]);
    return c.done(ordered, (index) => x.nd.at(index) ** 2);
  }),
};
