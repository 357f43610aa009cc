/** @file Pictures of a run: of the same images each time, and without a trace in what the run learns. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { readSafetensors } from '../../../src-main/exports/safetensors.js';
import { lossCurve, readEvents } from '../../../src-main/training/events.js';
import { importScans } from '../../../src-main/training/import.js';
import { type PretrainOptions, pretrain } from '../../../src-main/training/pretrain.js';
import { readPreviews } from '../../../src-main/training/preview.js';
import { runPaths } from '../../../src-main/training/run-store.js';
import { removeFolder, scratchFolder, tinyStudy } from '../../helpers/command-line.js';

const folder = scratchFolder();
let project: Project;

const options: Omit<PretrainOptions, 'method' | 'previews'> = {
  backbone: 'vit-tiny',
  imageSize: 32,
  patchSize: 8,
  crop: 'none',
  depth: 1,
  epochs: 3,
  batch: 8,
  microBatch: null,
  learningRate: null,
  device: 'cpu',
  precision: 'float32',
  threads: 1,
  seed: 4,
  split: null,
  positives: 'image',
  weights: null,
  checkpointEvery: null,
};

async function train(method: PretrainOptions['method'], previews: boolean) {
  const { run } = await pretrain(project, { ...options, method, previews }, silentJob(), () => undefined);
  const paths = runPaths(project, run);
  const events = readEvents(paths.events);
  const weights = [...readSafetensors(paths.encoder).tensors].map(([name, { data }]) => [name, data] as const);
  return { paths, events, losses: lossCurve(events), weights: new Map(weights), sets: readPreviews(paths.previews) };
}

beforeAll(async () => {
  await tinyStudy(join(folder, 'study'), 8);
  project = Project.open(join(folder, 'project'), { create: true });
  await importScans(project, { paths: [join(folder, 'study')], sample: null, pictures: null }, silentJob());
}, 60_000);

afterAll(() => {
  project.close();
  removeFolder(folder);
});

describe.each(['inpainting', 'contrastive'] as const)('%s', (method) => {
  it('learns the same with pictures as without, bit for bit', async () => {
    const shown = await train(method, true);
    const plain = await train(method, false);
    expect(shown.sets.map(({ step }) => step)).toEqual([0, 6]);
    expect(plain.sets).toEqual([]);
    expect(plain.losses).toHaveLength(6);
    expect(shown.losses).toEqual(plain.losses);
    expect(shown.weights).toEqual(plain.weights);
    expect(shown.events.filter(({ event }) => event === 'preview')).toMatchObject([
      { step: 0, name: 'step-000000000' },
      { step: 6, name: 'step-000000006' },
    ]);
  });

  it('shows the same images in every set and in every run of the same seed', async () => {
    const first = await train(method, true);
    const second = await train(method, true);
    const queries = (set: (typeof first.sets)[number] | undefined) =>
      set?.pictures.filter((picture) => picture?.role === 'query' || picture?.role === 'original');
    expect(queries(first.sets[0])?.length).toBeGreaterThan(3);
    expect(queries(first.sets[1])).toEqual(queries(first.sets[0]));
    expect(second.sets).toEqual(first.sets);
    for (const { name, side, columns, pictures } of first.sets) {
      const bytes = readFileSync(join(first.paths.previews, `${name}.png`));
      const { width, height } = decode(bytes);
      expect([width, height]).toEqual([columns * side, (pictures.length / columns) * side]);
      expect(readFileSync(join(second.paths.previews, `${name}.png`)).equals(bytes)).toBe(true);
    }
  });
});

it('names neighbours in order of likeness, never another frame of the query', async () => {
  const { sets } = await train('contrastive', true);
  for (const { pictures, columns } of sets) {
    for (let start = 0; start < pictures.length; start += columns) {
      const [query, ...neighbours] = pictures.slice(start, start + columns);
      expect(query?.role).toBe('query');
      const likeness = neighbours.map((neighbour) => neighbour?.similarity ?? Number.NaN);
      expect(likeness).toEqual([...likeness].sort((a, b) => b - a));
      for (const neighbour of neighbours) expect(neighbour?.imageId).not.toBe(query?.imageId);
    }
  }
});
