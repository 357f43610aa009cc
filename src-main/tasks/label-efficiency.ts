/** @file How the AUC of a task grows with the number of labels, for each way of training. */

import type { SeedSummary } from './bootstrap.js';

/** A measured model. */
export interface MeasuredModel {
  id: string;
  mode: 'probe' | 'full';
  run: string | null;
  /** How the run was trained, where it is known. */
  method: string | null;
  labels: number;
  /** ISO 8601, UTC. */
  created: string;
  auc: SeedSummary;
  baselineAuc: SeedSummary | null;
}

export interface EfficiencyPoint {
  labels: number;
  mean: number;
  low: number | null;
  high: number | null;
  model: string;
}

export interface EfficiencyCurve {
  name: string;
  run: string | null;
  /** By rising number of labels; of models with the same number the newest. */
  points: EfficiencyPoint[];
}

const MODES = { probe: 'linear probe', full: 'fine-tuned' } as const;

/** Models grouped by run and mode, beside the same from scratch, which each model's baseline measured as well. */
export function labelEfficiency(models: readonly MeasuredModel[]): EfficiencyCurve[] {
  const curves = new Map<string, EfficiencyCurve>();
  const add = (key: string, name: string, model: MeasuredModel, run: string | null, auc: SeedSummary): void => {
    if (auc.mean === null) return;
    const curve = curves.get(key) ?? { name, run, points: [] };
    curves.set(key, curve);
    const point = { labels: model.labels, mean: auc.mean, low: auc.low, high: auc.high, model: model.id };
    curve.points = [...curve.points.filter(({ labels }) => labels !== model.labels), point];
  };
  const oldestFirst = [...models].sort((a, b) => a.created.localeCompare(b.created));
  for (const model of oldestFirst) {
    const { mode, run, method, auc, baselineAuc } = model;
    const scratch = `From scratch, ${MODES[mode]}`;
    if (run === null) add(`scratch:${mode}`, scratch, model, null, auc);
    else add(`${run}:${mode}`, `${method ?? 'Run'} ${run.split('-').at(-1) ?? run}, ${MODES[mode]}`, model, run, auc);
    if (run !== null && baselineAuc !== null) add(`scratch:${mode}`, scratch, model, null, baselineAuc);
  }
  for (const curve of curves.values()) curve.points.sort((a, b) => a.labels - b.labels);
  return [...curves.values()].sort(
    (a, b) => Number(a.run === null) - Number(b.run === null) || a.name.localeCompare(b.name),
  );
}
