/** @file All figures of a model from its predictions: by hand, against scikit-learn, and kept beside it. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { Project } from '../../../src-main/catalogue/project.js';
import {
  computeFigures,
  ensureFigures,
  figuresPath,
  keptFigures,
  modelFigures,
} from '../../../src-main/training/figures.js';
import { modelPaths, readModelCard, type TestPredictions } from '../../../src-main/training/model-store.js';

const { ranking }: { ranking: { scores: number[]; positive: number[]; auc: number; averagePrecision: number } } =
  JSON.parse(readFileSync(resolve(process.cwd(), 'tests', 'fixtures', 'scikit-learn.json'), 'utf8'));

function predictions(changes: Partial<TestPredictions> = {}): TestPredictions {
  const labels = [0, 0, 0, 1, 1, 1];
  return {
    imageIds: [11, 12, 13, 14, 15, 16],
    patientIds: [1, 1, 2, 3, 4, 4],
    labels,
    perSeed: [
      [0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.2, 0.8, 0.1, 0.9],
      [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.4, 0.6, 0.2, 0.8, 0.1, 0.9],
    ],
    thresholds: [0.5, 0.5],
    baselinePerSeed: [
      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    ],
    baselineThresholds: null,
    ...changes,
  };
}

const card = { classes: ['normal', 'finding'], threshold: 0.5, thresholdSource: 'validation' as const };

describe('figures of a model', () => {
  it('are those of the definition', () => {
    const figures = modelFigures(card, predictions());
    expect(figures).toMatchObject({ testImages: 6, testPatients: 4, threshold: 0.5, thresholdSource: 'validation' });
    // Of nine pairs the first draw orders eight rightly, the second all.
    expect(figures.auc.perSeed).toEqual([8 / 9, 1]);
    expect(figures.auc.mean).toBeCloseTo(17 / 18, 12);
    expect(figures.baseline?.auc.mean).toBe(0.5);
    expect(figures.gain?.perSeed[1]).toBe(0.5);
    expect(figures.gain?.mean).toBeCloseTo(17 / 18 - 0.5, 12);
    expect(figures.confusion).toEqual([
      [2, 1],
      [1, 2],
    ]);
    const [normal, finding] = figures.classes;
    expect(finding).toMatchObject({ positives: 3, negatives: 3, positivePatients: 2, negativePatients: 2 });
    expect(finding.auc.value).toBeCloseTo(8 / 9, 12);
    expect(finding.points[finding.chosen]).toMatchObject({ threshold: 0.5, truePositives: 2, falsePositives: 1 });
    // The first class mirrors the second.
    expect(normal.points[normal.chosen]).toMatchObject({ truePositives: 2, falsePositives: 1 });
    expect(figures.mistakes.map(({ imageId, predicted }) => [imageId, predicted])).toEqual([
      [13, 1],
      [14, 0],
    ]);
    expect(finding.roc[0]).toEqual({ x: 0, y: 0 });
    expect(finding.roc.at(-1)).toEqual({ x: 1, y: 1 });
  });

  it('agree with scikit-learn on AUC and average precision', () => {
    const row = ranking.scores.flatMap((score) => [1 - score, score]);
    const { classes } = modelFigures(card, {
      ...predictions({ baselinePerSeed: null }),
      imageIds: ranking.scores.map((_, image) => image + 1),
      patientIds: ranking.scores.map((_, image) => image + 1),
      labels: ranking.positive,
      perSeed: [row],
    });
    expect(classes[1].auc.value).toBeCloseTo(ranking.auc, 12);
    expect(classes[1].averagePrecision.value).toBeCloseTo(ranking.averagePrecision, 12);
    expect(classes[1].averagePrecision.low).toBeLessThan(ranking.averagePrecision);
    expect(classes[1].averagePrecision.high).toBeGreaterThan(ranking.averagePrecision);
  });

  it('of a model without an operating point of its own are at the middle', () => {
    const figures = modelFigures({ ...card, threshold: null, thresholdSource: null }, predictions());
    expect(figures).toMatchObject({ threshold: 0.5, thresholdSource: 'middle' });
  });

  it('can be written as JSON and read back the same', () => {
    const figures = modelFigures(card, predictions({ labels: [0, 0, 0, 0, 0, 0] }));
    expect(figures.auc.mean).toBeNull();
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });
});

describe('kept figures', () => {
  let folder: string;
  let project: Project;
  const id = 'probe-20260101-000000-abcd';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pretext-figures-'));
    project = Project.open(join(folder, 'project'), { create: true });
    const paths = modelPaths(project, id);
    mkdirSync(paths.folder, { recursive: true });
    writeFileSync(paths.predictions, JSON.stringify(predictions()));
    const vit = { imageSize: 64, patchSize: 16, width: 192, depth: 2, heads: 3, channels: 1 };
    const whole = {
      formatVersion: 1,
      id,
      created: '2026-01-01T00:00:00.000Z',
      task: 'finding',
      mode: 'probe',
      run: null,
      vit,
      cacheSide: 96,
      labels: 40,
      seeds: [0, 1],
      normalisation: 1,
      ...card,
    };
    writeFileSync(paths.card, JSON.stringify(whole));
  });
  afterEach(() => {
    project.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are computed once, and again where the file is missing, damaged or of other predictions', () => {
    const model = readModelCard(project, id);
    expect(keptFigures(project, model)).toBeNull();
    const figures = ensureFigures(project, id);
    expect(keptFigures(project, model)).toEqual(figures);
    for (const damage of ['', '{"version":', '{}', 'null']) {
      writeFileSync(figuresPath(project, id), damage);
      expect(keptFigures(project, model)).toBeNull();
      expect(ensureFigures(project, id)).toEqual(figures);
    }
    expect(keptFigures(project, { ...model, threshold: 0.4 })).toBeNull();
    writeFileSync(modelPaths(project, id).predictions, JSON.stringify(predictions({ baselinePerSeed: null })));
    expect(keptFigures(project, model)).toBeNull();
  });

  it('of a damaged model do not keep the others from theirs', () => {
    const broken = modelPaths(project, 'probe-broken');
    mkdirSync(broken.folder, { recursive: true });
    writeFileSync(broken.card, 'torn');
    const { failed } = computeFigures(project, ['probe-broken', id], silentJob());
    expect(failed).toMatchObject([{ model: 'probe-broken', error: { code: 'bad-file', path: broken.card } }]);
    expect(keptFigures(project, readModelCard(project, id))).not.toBeNull();
  });
});
