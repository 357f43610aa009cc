/** @file Every op of the graph in one list: docs/ops.md is written from it, and tests hold each op to its proofs. */

import type { OpDefinition } from '../tensor.js';
import { activationOps } from './activation.js';
import { attentionOps } from './attention.js';
import { convOps } from './conv.js';
import { convTransposeOps } from './conv-transpose.js';
import { convWeightOps } from './conv-weight.js';
import { elementwiseOps } from './elementwise.js';
import { gatherOps } from './gather.js';
import { indexOps } from './index.js';
import { logicOps } from './logic.js';
import { mathOps } from './math.js';
import { matmulOps } from './matmul.js';
import { momentsOps } from './moments.js';
import { nonlinearOps } from './nonlinear.js';
import { normaliseOps } from './normalise.js';
import { orderOps } from './order.js';
import { paddingOps } from './padding.js';
import { poolOps } from './pool.js';
import { rearrangeOps } from './rearrange.js';
import { reduceOps } from './reduce.js';
import { resampleOps } from './resample.js';
import { sequenceOps } from './sequence.js';
import { shapeOps } from './shape.js';
import { sourceOps } from './source.js';

/** All ops, by theme. Losses and other compositions of them are plain functions. */
export const OPS: readonly OpDefinition[] = [
  ...sourceOps,
  ...elementwiseOps,
  ...reduceOps,
  ...shapeOps,
  ...indexOps,
  ...matmulOps,
  ...convOps,
  ...convTransposeOps,
  ...convWeightOps,
  ...poolOps,
  ...resampleOps,
  ...momentsOps,
  ...normaliseOps,
  ...activationOps,
  ...attentionOps,
  ...logicOps,
  ...mathOps,
  ...nonlinearOps,
  ...orderOps,
  ...gatherOps,
  ...paddingOps,
  ...rearrangeOps,
  ...sequenceOps,
];
