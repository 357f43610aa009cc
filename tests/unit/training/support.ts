/** @file A model without weights, for tests of what is kept about models. */

import { mkdirSync, writeFileSync } from 'node:fs';
import type { Project } from '../../../src-main/catalogue/project.js';
import { type ModelCard, modelPaths, type TestPredictions } from '../../../src-main/training/model-store.js';
import { newId } from '../../../src-main/training/run-store.js';

export interface FakeModel {
  task: string;
  classes: string[];
  testPatients: number[];
  created?: string;
  threshold?: number;
}

/** Writes a model's card and test predictions. @returns its id */
export function fakeModel(project: Project, { task, classes, testPatients, created, threshold }: FakeModel): string {
  const card: ModelCard = {
    formatVersion: 1,
    id: newId('probe'),
    created: created ?? new Date().toISOString(),
    task,
    classes,
    mode: 'probe',
    run: null,
    vit: { imageSize: 32, patchSize: 8, width: 192, depth: 1, heads: 3, channels: 1 },
    cacheSide: 64,
    labels: 1,
    seeds: [0],
    normalisation: 1,
    threshold: threshold ?? null,
    thresholdSource: null,
    split: null,
  };
  const predictions: TestPredictions = {
    imageIds: testPatients.map((_, index) => 1000 + index),
    patientIds: testPatients,
    labels: testPatients.map(() => 0),
    perSeed: [testPatients.flatMap(() => classes.map(() => 1 / classes.length))],
    thresholds: [],
    baselinePerSeed: null,
    baselineThresholds: null,
  };
  const paths = modelPaths(project, card.id);
  mkdirSync(paths.folder, { recursive: true });
  writeFileSync(paths.predictions, JSON.stringify(predictions));
  writeFileSync(paths.card, JSON.stringify(card));
  return card.id;
}
