/** @file Versions of the preparation of pixels: what differs between them, and that a model sees its own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { Project } from '../../src-main/catalogue/project.js';
import { NORMALISE_RECIPE } from '../../src-main/dicom/normalise.js';
import { readSafetensors } from '../../src-main/exports/safetensors.js';
import { initialValues } from '../../src-main/nn/parameters.js';
import { ensurePixelCache } from '../../src-main/pixels/cache.js';
import { readEvaluationImages } from '../../src-main/pixels/evaluation.js';
import { classifierGraph } from '../../src-main/tasks/classifier.js';
import { saveModel } from '../../src-main/training/model-store.js';
import { predict } from '../../src-main/training/predict.js';
import { readStudies } from '../../src-main/training/read-studies.js';
import { createReading } from '../../src-main/training/reading-store.js';
import { writeScan } from '../helpers/scans.js';

const VIT = { imageSize: 32, patchSize: 16, width: 192, depth: 1, heads: 3, channels: 1 };
const SIDE = 64;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-recipes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model with random weights that says that it was trained on such pixels. */
function modelOf(project: Project, normalisation: number): string {
  const id = `probe-20260101-000000-000${normalisation}`;
  const graph = classifierGraph(VIT, 2, 1);
  const card = {
    ...{ formatVersion: 1 as const, id, created: '2026-01-01T00:00:00.000Z', task: 'finding', classes: ['no', 'yes'] },
    ...{ mode: 'probe' as const, run: null, vit: VIT, cacheSide: SIDE, labels: 1, seeds: [0], normalisation },
    ...{ threshold: null, thresholdSource: null, split: null },
  };
  const predictions = { imageIds: [], patientIds: [], labels: [], perSeed: [], thresholds: [] };
  const values = initialValues(graph.parameters, 1);
  saveModel(project, card, graph.parameters, values, {
    ...predictions,
    baselinePerSeed: null,
    baselineThresholds: null,
  });
  return id;
}

/** The images of the project as the network sees them in version `recipe` of the preparation. */
async function seenIn(project: Project, recipe: number): Promise<Float32Array> {
  const cache = await ensurePixelCache(project, SIDE, silentJob(), {}, recipe);
  const slots = cache.samples.map(({ slot }) => slot);
  return readEvaluationImages(cache, slots, VIT.imageSize);
}

/** The pixels that `predict` shows a model. */
async function shownTo(project: Project, model: string, scans: string): Promise<Float32Array> {
  const inputsOut = join(folder, `${model}.safetensors`);
  const out = join(folder, `${model}.csv`);
  const options = { folders: [scans], model, out, inputsOut, device: 'cpu' as const, threads: 1 };
  await predict(project, options, silentJob());
  const images = readSafetensors(inputsOut).tensors.get('images');
  if (images?.dtype !== 'F32') throw new Error('no images');
  return images.data;
}

describe('a radiograph with a window', () => {
  it('differs between versions 1 and 2, and a model of version 1 is shown version 1', async () => {
    const scans = join(folder, 'radiographs');
    mkdirSync(scans);
    // A ramp with some noise; the window shows its middle third alone.
    const pixels = Uint16Array.from({ length: 64 * 64 }, (_, i) => ((i % 64) * 60 + ((i * 7919) % 53)) % 4096);
    const window = { centre: 2000, width: 1000 };
    const radiograph = { modality: 'DX', series: '1.2.1', rows: 64, columns: 64, pixels, window };
    writeFileSync(join(scans, 'a.dcm'), writeScan({ ...radiograph, instance: '1.2.1.1' }));
    const project = Project.open(join(folder, 'radiograph-project'), { create: true });
    await importFolders(project, [scans], silentJob());
    const [first, second, today] = [
      await seenIn(project, 1),
      await seenIn(project, 2),
      await seenIn(project, NORMALISE_RECIPE),
    ];
    expect(first).not.toEqual(second);
    // What no other change touched is as it was.
    expect(today).toEqual(second);
    // Both end black and white, and only the window of version 2 makes whole thirds of the picture so.
    const extremes = (image: Float32Array) => {
      const [low, high] = [Math.min(...image), Math.max(...image)];
      return image.filter((value) => value - low < 1e-4 || high - value < 1e-4).length / image.length;
    };
    expect(extremes(first)).toBeLessThan(0.2);
    expect(extremes(second)).toBeGreaterThan(0.6);

    const [older, newer] = [modelOf(project, 1), modelOf(project, 2)];
    expect(await shownTo(project, older, scans)).toEqual(first);
    expect(await shownTo(project, newer, scans)).toEqual(second);
    // A reading of the window takes the pixels of the model's version as well.
    const reading = createReading(project, { paths: [scans], model: older }).id;
    const options = { pictures: null, device: 'cpu' as const, threads: 1 };
    expect(await readStudies(project, reading, options, silentJob())).toMatchObject({ images: 1, skipped: 0 });
    project.close();
  });
});
