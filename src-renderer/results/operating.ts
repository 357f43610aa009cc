/** @file Moving along the operating points of a class, which lie from the highest threshold down. */

import type { ClassFigures, OperatingPoint } from '../../src-main/contract/models.js';

/** What part of the images a point that is wished for must get right. */
export const WISHED = 0.95;

/** The strictest point that finds the wished share of the findings; null where none does. */
export function findingPoint(points: readonly OperatingPoint[]): number | null {
  const index = points.findIndex(({ sensitivity }) => sensitivity !== null && sensitivity >= WISHED);
  return index < 0 ? null : index;
}

/** The least strict point that leaves the wished share of the others alone; null where none does. */
export function sparingPoint(points: readonly OperatingPoint[]): number | null {
  for (let index = points.length - 1; index >= 0; index--) {
    const { specificity } = points[index];
    if (specificity !== null && specificity >= WISHED) return index;
  }
  return null;
}

/** Images of the class (first row) and of the others by what they are read as: the class (first column) or not. */
export function countsAt(
  { positives, negatives }: ClassFigures,
  point: OperatingPoint,
): [[number, number], [number, number]] {
  return [
    [point.truePositives, positives - point.truePositives],
    [point.falsePositives, negatives - point.falsePositives],
  ];
}
