/** @file Cases of attention: self and cross, with and without a bias or a mask. */

import { attention, attentionMask } from '../../../../../src-main/graph/ops/attention.js';
import { add } from '../../../../../src-main/graph/ops/elementwise.js';
import type { FloatDType } from '../../../../../src-main/graph/tensor.js';
import { logSumExpOf, type MakeCase, make, row } from '../case-kit.js';
import { range, total } from '../nd.js';

export const ATTENTION_CASES: Readonly<Record<string, MakeCase>> = {
  attention: make((draw, c) => {
    const [batch, heads, queries, width] = [
      draw.integer(1, 2),
      draw.integer(1, 2),
      draw.integer(1, 4),
      draw.integer(1, 3),
    ];
    const [keys, values] = draw.oneOf([queries, width], [draw.integer(1, 4), draw.integer(1, 3)]);
    const q = c.float([batch, heads, queries, width]);
    const k = c.float([batch, heads, keys, width]);
    const v = c.float([batch, heads, keys, values]);
    const bias = draw.oneOf(true, false) ? c.float(draw.broadcastable([batch, heads, queries, keys])) : null;
    return c.done(attention(q.tensor, k.tensor, v.tensor, bias?.tensor ?? null), ([image, head, token, column]) => {
      const query = row(q.nd, [image, head, token], width);
      const scores = range(keys).map((other) => {
        const product = total(query.map((value, i) => value * k.nd.at([image, head, other, i])));
        return product / Math.sqrt(width) + (bias?.nd.at([image, head, token, other]) ?? 0);
      });
      const weights = scores.map((score) => Math.exp(score - logSumExpOf(scores)));
      return total(weights.map((weight, other) => weight * v.nd.at([image, head, other, column])));
    });
  }),
  // A mask added to a bias that is learned.
  attentionMask: make((draw, c) => {
    const [tokens, width] = [draw.integer(1, 4), draw.integer(1, 3)];
    const x = c.float([1, 1, tokens, width]);
    const learned = c.float([tokens, tokens]);
    const flags = range(tokens * tokens).map((i) => Number(i % (tokens + 1) === 0 || draw.integer(0, 1) === 1));
    const allowed = c.given([tokens, tokens], flags, 'bool');
    const mask = attentionMask(allowed.tensor, x.tensor.dtype as FloatDType);
    return c.done(attention(x.tensor, x.tensor, x.tensor, add(mask, learned.tensor)), ([, , token, column]) => {
      const others = range(tokens).filter((other) => allowed.nd.at([token, other]) === 1);
      const scores = others.map((other) => {
        const product = total(range(width).map((i) => x.nd.at([0, 0, token, i]) * x.nd.at([0, 0, other, i])));
        return product / Math.sqrt(width) + learned.nd.at([token, other]);
      });
      return total(
        others.map((other, i) => Math.exp(scores[i] - logSumExpOf(scores)) * x.nd.at([0, 0, other, column])),
      );
    });
  }),
};
