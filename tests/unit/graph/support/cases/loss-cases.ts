/** @file Cases of the losses. */

import * as distance from '../../../../../src-main/graph/ops/distance.js';
import { sigmoid } from '../../../../../src-main/graph/ops/elementwise.js';
import { binaryCrossEntropy, crossEntropy, softCrossEntropy } from '../../../../../src-main/graph/ops/loss.js';
import { softmax } from '../../../../../src-main/graph/ops/normalise.js';
import { sizeOf, type Tensor } from '../../../../../src-main/graph/tensor.js';
import { logSumExpOf, type MakeCase, make, row } from '../case-kit.js';
import { indicesOf, type Nd, range, total } from '../nd.js';

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));

/** A loss over pairs of values: the mean of `value` over all of them. */
function pairwise(op: (a: Tensor, b: Tensor) => Tensor, value: (difference: number) => number): MakeCase {
  return make((draw, c) => {
    const shape = draw.shape(0, 3);
    // Differences are multiples of 0.1 off by 0.03 and so never at a kink.
    const a = c.float(shape, 'distinct');
    const b = c.given(
      shape,
      draw.values(shape, 'distinct').map((other) => 2 * other + 0.013),
      a.tensor.dtype,
    );
    return c.done(op(a.tensor, b.tensor), () => {
      const places = indicesOf(shape);
      return total(places.map((index) => value(a.nd.at(index) - b.nd.at(index)))) / places.length;
    });
  });
}

/** Values of all classes at one place of [batch, classes, ...places]. */
const classesAt = (nd: Nd, [image, ...place]: number[], classes: number): number[] =>
  range(classes).map((k) => nd.at([image, k, ...place]));

export const LOSS_CASES: Readonly<Record<string, MakeCase>> = {
  crossEntropy: make((draw, c) => {
    const [batch, classes] = [draw.integer(1, 4), draw.integer(1, 4)];
    const places = draw.oneOf([], [], draw.shape(1, 2, 3));
    const labelSmoothing = draw.oneOf(0, 0.1);
    const logits = c.float([batch, classes, ...places]);
    const shape = [batch, ...places];
    const drawn = draw.indices(sizeOf(shape), classes);
    const ignoreIndex = draw.oneOf(null, 1, -100);
    // The first place always counts.
    if (ignoreIndex !== null) for (let i = 1; i < drawn.length; i += 2) drawn[i] = ignoreIndex;
    if (drawn[0] === ignoreIndex) drawn[0] = 0;
    const target = c.given(shape, drawn, draw.indexType());
    const weights = draw.oneOf(true, false) ? c.float([classes], 'positive') : null;
    const options = { labelSmoothing, ignoreIndex, classWeights: weights?.tensor ?? null };
    return c.done(crossEntropy(logits.tensor, target.tensor, options), () => {
      const counted = indicesOf(shape).filter((index) => target.nd.at(index) !== ignoreIndex);
      const weightOf = (k: number) => weights?.nd.at([k]) ?? 1;
      const losses = counted.map((index) => {
        const values = classesAt(logits.nd, index, classes);
        const surprise = values.map((value, k) => weightOf(k) * (logSumExpOf(values) - value));
        return (1 - labelSmoothing) * surprise[target.nd.at(index)] + (labelSmoothing * total(surprise)) / classes;
      });
      return total(losses) / total(counted.map((index) => weightOf(target.nd.at(index))));
    });
  }),
  softCrossEntropy: make((draw, c) => {
    const shape = draw.shape(1, 3);
    const classes = shape[shape.length - 1];
    const logits = c.float(shape);
    const teacher = c.float(shape);
    return c.done(softCrossEntropy(logits.tensor, softmax(teacher.tensor)), () => {
      const losses = indicesOf(shape.slice(0, -1)).map((lead) => {
        const [x, y] = [row(logits.nd, lead, classes), row(teacher.nd, lead, classes)];
        return total(x.map((value, k) => Math.exp(y[k] - logSumExpOf(y)) * (logSumExpOf(x) - value)));
      });
      return total(losses) / losses.length;
    });
  }),
  binaryCrossEntropy: make((draw, c) => {
    const shape = draw.shape(0, 3);
    const logits = c.float(shape);
    const target = c.given(shape, draw.values(shape).map(sigmoidOf), logits.tensor.dtype);
    const positive = draw.oneOf(true, false) ? c.float(draw.broadcastable(shape), 'positive') : null;
    return c.done(binaryCrossEntropy(logits.tensor, target.tensor, positive?.tensor ?? null), () => {
      const losses = indicesOf(shape).map((index) => {
        const [p, t] = [sigmoidOf(logits.nd.at(index)), target.nd.at(index)];
        return -(positive?.nd.at(index) ?? 1) * t * Math.log(p) - (1 - t) * Math.log(1 - p);
      });
      return total(losses) / losses.length;
    });
  }),
  meanSquaredError: pairwise(distance.meanSquaredError, (d) => d * d),
  meanAbsoluteError: pairwise(distance.meanAbsoluteError, Math.abs),
  huber: pairwise(
    (a, b) => distance.huber(a, b, 0.4),
    (d) => (Math.abs(d) < 0.4 ? 0.5 * d * d : 0.4 * (Math.abs(d) - 0.2)),
  ),
  smoothL1: pairwise(
    (a, b) => distance.smoothL1(a, b, 0.4),
    (d) => (Math.abs(d) < 0.4 ? (0.5 * d * d) / 0.4 : Math.abs(d) - 0.2),
  ),
  klDivergence: make((draw, c) => {
    const shape = draw.shape(1, 3);
    const q = c.float(shape);
    const p = c.float(shape, 'positive');
    return c.done(distance.klDivergence(q.tensor, p.tensor), () => {
      const terms = indicesOf(shape).map((index) => p.nd.at(index) * (Math.log(p.nd.at(index)) - q.nd.at(index)));
      return total(terms) / shape[0];
    });
  }),
  softDice: make((draw, c) => {
    const [batch, classes, places] = [draw.integer(1, 3), draw.integer(1, 3), draw.shape(1, 2, 3)];
    const shape = [batch, classes, ...places];
    const logits = c.float(shape);
    const target = c.given(
      shape,
      draw.values(shape).map((value) => Number(value > 0)),
      logits.tensor.dtype,
    );
    const overBatch = draw.oneOf(true, false);
    const options = { overBatch, smooth: draw.oneOf(1, 0.01) };
    return c.done(distance.softDice(sigmoid(logits.tensor), target.tensor, options), () => {
      const images = overBatch ? [range(batch)] : range(batch).map((image) => [image]);
      const losses = images.flatMap((group) =>
        range(classes).map((k) => {
          const all = group.flatMap((image) => indicesOf(places).map((place) => [image, k, ...place]));
          const [p, t] = [all.map((index) => sigmoidOf(logits.nd.at(index))), all.map((index) => target.nd.at(index))];
          const overlap = total(p.map((value, i) => value * t[i]));
          return 1 - (2 * overlap + options.smooth) / (total(p) + total(t) + options.smooth);
        }),
      );
      return total(losses) / losses.length;
    });
  }),
};
