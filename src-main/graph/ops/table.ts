/** @file Every op of the graph in one list: docs/ops.md is written from it, and tests hold each op to its proofs. */

import type { OpDefinition } from '../tensor.js';
import { activationOps } from './activation.js';
import { attentionOps } from './attention.js';
import { elementwiseOps } from './elementwise.js';
import { gatherOps } from './gather.js';
import { indexOps } from './index.js';
import { logicOps } from './logic.js';
import { mathOps } from './math.js';
import { matmulOps } from './matmul.js';
import { nonlinearOps } from './nonlinear.js';
import { normaliseOps } from './normalise.js';
import { orderOps } from './order.js';
import { paddingOps } from './padding.js';
import { rearrangeOps } from './rearrange.js';
import { reduceOps } from './reduce.js';
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
];
