/** @file Self-distillation (DINO, Caron et al. 2021): a student predicts what its own moving average sees in other views. */

import { followed } from '../graph/momentum.js';
import { div, mul, scale, stopGradient, sub } from '../graph/ops/elementwise.js';
import { logSoftmax, softmax } from '../graph/ops/normalise.js';
import { mean, sum } from '../graph/ops/reduce.js';
import { reshape, slice } from '../graph/ops/shape.js';
import { scalar } from '../graph/ops/source.js';
import { GraphError, type Tensor, typeName } from '../graph/tensor.js';

export interface DistillationOptions {
  /** All views that the student sees; the first `globalViews` of them the teacher sees as well. */
  views: number;
  globalViews: number;
  studentTemperature: number;
  /** A scalar tensor where it is warmed up. */
  teacherTemperature: Tensor | number;
  /** How slowly the centre follows the teacher's mean output. */
  centreMomentum: number;
}

export const defaultDistillation: DistillationOptions = {
  views: 2,
  globalViews: 2,
  studentTemperature: 0.1,
  teacherTemperature: 0.04,
  centreMomentum: 0.9,
};

/**
 * Cross-entropy between teacher and student over all pairs of different views, mean over pairs and images. The
 * teacher's outputs are centred and sharpened, which keeps both from collapsing; no gradient flows to it.
 *
 * @param student [views * batch, classes], view-major
 * @param teacher [globalViews * batch, classes], view-major
 * @param centre [classes]
 * @returns the loss (scalar) and the next centre [classes]
 */
export function distillationLoss(
  student: Tensor,
  teacher: Tensor,
  centre: Tensor,
  options: DistillationOptions = defaultDistillation,
): { loss: Tensor; nextCentre: Tensor } {
  const { views, globalViews, studentTemperature, teacherTemperature, centreMomentum } = options;
  const [rows, classes] = teacher.shape;
  const batch = rows / globalViews;
  const pairs = globalViews * (views - 1);
  const fits = student.rank === 2 && student.shape[0] === views * batch && student.shape[1] === classes;
  if (!fits || !Number.isInteger(batch) || views < globalViews || pairs < 1) {
    throw new GraphError(
      `distillation of ${typeName(student)} from ${typeName(teacher)} with ${views} views, ${globalViews} of them global`,
    );
  }
  const seen = stopGradient(teacher);
  const sharpness =
    typeof teacherTemperature === 'number' ? scalar(teacherTemperature, seen.dtype) : teacherTemperature;
  const byView = (x: Tensor, count: number) => reshape(x, [count, batch, classes]);
  const p = byView(softmax(div(sub(seen, centre), sharpness)), globalViews);
  const logQ = byView(logSoftmax(scale(student, 1 / studentTemperature)), views);
  // Over all pairs the products are those of the sums; the pairs of a view with itself are taken off again.
  const all = sum(mul(sum(p, 0), sum(logQ, 0)), null);
  const same = sum(mul(p, slice(logQ, 0, 0, globalViews)), null);
  const loss = scale(sub(all, same), -1 / (pairs * batch));
  return { loss, nextCentre: followed(centre, mean(seen, 0), centreMomentum) };
}
