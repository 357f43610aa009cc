/** @file Cards and predictions of models: those of earlier versions still open, damaged ones are told. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Project } from '../../../src-main/catalogue/project.js';
import { modelPaths, readModelCard, readPredictions } from '../../../src-main/training/model-store.js';
import { resultFigures } from '../../../src-main/training/results.js';
import { errorOf, temporaryProject } from '../catalogue/support.js';

const ID = 'probe-20260102-030405-1a2b';

/** As written before models had thresholds and kept their split. */
const OLD_CARD = {
  formatVersion: 1,
  id: ID,
  created: '2026-01-02T03:04:05.000Z',
  task: 'finding',
  classes: ['normal', 'finding'],
  mode: 'probe',
  run: null,
  vit: { imageSize: 64, patchSize: 8, width: 192, depth: 12, heads: 3, channels: 1 },
  cacheSide: 80,
  labels: 40,
  seeds: [0],
  normalisation: 1,
};

const OLD_PREDICTIONS = {
  imageIds: [1, 2, 3, 4],
  patientIds: [1, 2, 3, 4],
  labels: [0, 0, 1, 1],
  perSeed: [[0.9, 0.1, 0.7, 0.3, 0.6, 0.4, 0.2, 0.8]],
  baselinePerSeed: null,
};

function save(project: Project, card: object, predictions: object): void {
  const paths = modelPaths(project, ID);
  mkdirSync(paths.folder, { recursive: true });
  writeFileSync(paths.card, JSON.stringify(card));
  writeFileSync(paths.predictions, JSON.stringify(predictions));
}

describe('model store', () => {
  it('opens a model of an earlier version: no threshold, the more probable class is named', () => {
    const project = temporaryProject();
    save(project, OLD_CARD, OLD_PREDICTIONS);
    const card = readModelCard(project, ID);
    expect(card).toEqual({ ...OLD_CARD, threshold: null, thresholdSource: null, split: null });
    const figures = resultFigures(readPredictions(project, ID), card.classes, 'perSeed');
    expect(figures.confusion).toEqual([
      [2, 0],
      [1, 1],
    ]);
  });

  it("computes each seed's figures at its own threshold", () => {
    const project = temporaryProject();
    save(project, OLD_CARD, {
      ...OLD_PREDICTIONS,
      perSeed: [OLD_PREDICTIONS.perSeed[0], OLD_PREDICTIONS.perSeed[0]],
      thresholds: [0.35, 0.2],
    });
    const figures = resultFigures(readPredictions(project, ID), OLD_CARD.classes, 'perSeed');
    expect(figures.accuracy.perSeed).toEqual([1, 0.75]);
    expect(figures.perClass[0]?.specificity.perSeed).toEqual([1, 0.5]);
    expect(figures.confusion).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it('tells a damaged or newer card by its file', () => {
    const project = temporaryProject();
    for (const card of [
      { ...OLD_CARD, formatVersion: 2 },
      { ...OLD_CARD, classes: 'finding' },
    ]) {
      save(project, card, OLD_PREDICTIONS);
      const error = errorOf(() => readModelCard(project, ID));
      expect(error).toMatchObject({ code: 'bad-file', path: modelPaths(project, ID).card });
    }
    save(project, OLD_CARD, { ...OLD_PREDICTIONS, perSeed: [['a']] });
    expect(errorOf(() => readPredictions(project, ID)).code).toBe('bad-file');
  });
});
