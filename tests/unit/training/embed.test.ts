/** @file Features of images by an encoder: only what is missing is computed, and nothing is lost by a stop. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobControl, Progress } from '../../../src-main/base/jobs.js';
import { silentJob } from '../../../src-main/base/jobs.js';
import { Random } from '../../../src-main/base/random.js';
import { importFolders } from '../../../src-main/catalogue/import.js';
import { setLabels } from '../../../src-main/catalogue/labels.js';
import type { Project } from '../../../src-main/catalogue/project.js';
import { createTask } from '../../../src-main/catalogue/tasks.js';
import { writeSafetensors } from '../../../src-main/exports/safetensors.js';
import { initialValues } from '../../../src-main/nn/parameters.js';
import { classifierGraph } from '../../../src-main/tasks/classifier.js';
import { embed } from '../../../src-main/training/embed.js';
import { embeddingPaths, listEmbeddings, readEmbedding, readMap } from '../../../src-main/training/embedding-store.js';
import { createRun, type RunConfig } from '../../../src-main/training/run-store.js';
import { Suggester } from '../../../src-main/training/suggest.js';
import { dicomBytes, put, rejectionOf, temporaryFolder, temporaryProject } from '../catalogue/support.js';

const RUN = 'inpainting-20260101-000000-0000';
const VIT = { imageSize: 32, patchSize: 8, width: 192, depth: 1, heads: 3, channels: 1 };

/** A finished run whose encoder has random weights, and which saw so many steps. */
function writeRun(project: Project, totalSteps: number, seed: number): void {
  const config: RunConfig = {
    formatVersion: 1,
    id: RUN,
    created: '2026-01-01T00:00:00.000Z',
    method: 'inpainting',
    backbone: 'vit-tiny',
    vit: VIT,
    epochs: 1,
    totalSteps,
    stepsPerEpoch: totalSteps,
    batch: 4,
    learningRate: 1e-3,
    warmupSteps: 1,
    seed,
    positives: 'image',
    split: null,
    device: 'cpu',
    threads: 1,
    cacheSide: 64,
    normalisation: 2,
    samples: 1,
    samplesHash: '',
    appVersion: '0',
  };
  const paths = createRun(project, config);
  const { parameters } = classifierGraph(VIT, 1, 1);
  const values = initialValues(parameters, seed);
  writeSafetensors(
    paths.encoder,
    new Map(
      parameters
        .filter(({ name }) => !name.startsWith('head.'))
        .map(({ name, tensor }) => [
          name,
          { dtype: 'F32', shape: [...tensor.shape], data: values.get(name) as Float32Array },
        ]),
    ),
    {},
  );
}

/** Writes `count` images, one of each patient, from number `first`. */
function images(folder: string, first: number, count: number): void {
  for (let i = first; i < first + count; i++) {
    const bytes = dicomBytes({
      patientID: `P${i}`,
      study: `1.2.${i + 1}`,
      series: `1.2.${i + 1}.1`,
      instance: `1.2.${i + 1}.1.1`,
    });
    // The last 16 bytes are the pixels.
    const random = new Random(i);
    for (let pixel = bytes.length - 16; pixel < bytes.length; pixel++) bytes[pixel] = random.below(256);
    put(join(folder, `${i}.dcm`), bytes);
  }
}

const options = { run: RUN, seed: 0, device: 'cpu', threads: 1 } as const;

/** A job that notes its phases and stops itself at one of them. */
function watched(stopAt: string | null = null): JobControl & { phases: Set<string> } {
  const abort = new AbortController();
  const phases = new Set<string>();
  const onProgress = ({ phase }: Progress) => {
    phases.add(phase);
    if (phase === stopAt) abort.abort();
  };
  return { signal: abort.signal, onProgress, phases };
}

describe('embed', () => {
  let project: Project;
  let folder: string;

  beforeEach(async () => {
    project = temporaryProject();
    folder = temporaryFolder();
    images(folder, 0, 40);
    await importFolders(project, [folder], silentJob());
    writeRun(project, 5, 1);
  });

  it('computes every image once, and after an import only the new ones, in the same places of the file', async () => {
    expect(await embed(project, options, silentJob())).toMatchObject({ run: RUN, images: 40, added: 40, skipped: 0 });
    const { tensors } = embeddingPaths(project, RUN);
    const first = readEmbedding(tensors);
    expect(first.origin).toMatchObject({ run: RUN, step: 5 });
    expect(first.features.length).toBe(40 * VIT.width);
    expect(first.features.every(Number.isFinite)).toBe(true);
    expect(first.maps.umap?.length).toBe(80);

    const again = watched();
    expect(await embed(project, options, again)).toMatchObject({ images: 40, added: 0 });
    expect([...again.phases]).toEqual([]);

    images(folder, 40, 3);
    await importFolders(project, [folder], silentJob());
    expect(await embed(project, options, silentJob())).toMatchObject({ images: 43, added: 3 });
    const second = readEmbedding(tensors);
    expect([...second.imageIds.subarray(0, 40)]).toEqual([...first.imageIds]);
    expect(second.features.slice(0, first.features.length)).toEqual(first.features);
    expect(second.maps.pca?.length).toBe(86);
    expect(listEmbeddings(project)).toEqual([expect.objectContaining({ run: RUN, images: 43, maps: ['umap', 'pca'] })]);
  });

  it('gives the same map for the same seed', async () => {
    await embed(project, options, silentJob());
    const { tensors, card } = embeddingPaths(project, RUN);
    const before = readMap(tensors, 'umap');
    rmSync(tensors);
    rmSync(card);
    await embed(project, options, silentJob());
    expect(readMap(tensors, 'umap')).toEqual(before);
  });

  it('computes everything again when the encoder has learnt more', async () => {
    await embed(project, options, silentJob());
    const before = readEmbedding(embeddingPaths(project, RUN).tensors);
    writeRun(project, 9, 2);
    expect(await embed(project, options, silentJob())).toMatchObject({ images: 40, added: 40 });
    const after = readEmbedding(embeddingPaths(project, RUN).tensors);
    expect(after.origin.step).toBe(9);
    expect(after.features).not.toEqual(before.features);
  });

  it('keeps the features when it is stopped while the map is drawn, and draws it the next time', async () => {
    const error = await rejectionOf(embed(project, options, watched('Drawing the map')));
    expect(error.code).toBe('cancelled');
    expect(listEmbeddings(project)).toEqual([expect.objectContaining({ images: 40, maps: [] })]);
    expect(readMap(embeddingPaths(project, RUN).tensors, 'umap')).toBeNull();
    expect(await embed(project, options, silentJob())).toMatchObject({ added: 0 });
    expect(listEmbeddings(project)).toEqual([expect.objectContaining({ maps: ['umap', 'pca'] })]);
  });

  it('computes again what was damaged', async () => {
    await embed(project, options, silentJob());
    const { tensors } = embeddingPaths(project, RUN);
    writeFileSync(tensors, readFileSync(tensors).subarray(0, 500));
    expect(await embed(project, options, silentJob())).toMatchObject({ added: 40 });
    expect(existsSync(tensors)).toBe(true);
  });

  it('has no neighbourhoods for a handful of images, but the main directions', async () => {
    const small = temporaryProject();
    const few = temporaryFolder();
    images(few, 0, 3);
    await importFolders(small, [few], silentJob());
    writeRun(small, 5, 1);
    expect(await embed(small, options, silentJob())).toMatchObject({ images: 3 });
    expect(listEmbeddings(small)).toEqual([expect.objectContaining({ maps: ['pca'] })]);
  });

  it('says what is missing: a run, a checkpoint, images', async () => {
    expect(await rejectionOf(embed(project, { ...options, run: 'none' }, silentJob()))).toMatchObject({
      code: 'not-found',
    });
    rmSync(join(project.runsFolder, RUN, 'encoder.safetensors'));
    const error = await rejectionOf(embed(project, options, silentJob()));
    expect(error.message).toContain('no checkpoint yet');
    const empty = temporaryProject();
    writeRun(empty, 5, 1);
    expect((await rejectionOf(embed(empty, options, silentJob()))).remedy).toContain('Import');
  });
});

describe('Suggester', () => {
  it('suggests from the newest features, in a thread, and says what is missing', async () => {
    const project = temporaryProject();
    const folder = temporaryFolder();
    images(folder, 0, 40);
    await importFolders(project, [folder], silentJob());
    createTask(project, 'finding', [{ name: 'no' }, { name: 'yes' }]);
    const suggester = new Suggester();
    const wanted = { task: 'finding', mode: 'typical', count: 5, skip: [], seed: 0 } as const;
    try {
      expect(await rejectionOf(Promise.resolve().then(() => suggester.next(project, wanted)))).toMatchObject({
        code: 'not-found',
        remedy: expect.stringContaining('pretext embed'),
      });
      writeRun(project, 5, 1);
      await embed(project, options, silentJob());
      const first = await suggester.next(project, wanted);
      expect(first.length).toBe(5);
      for (const { frame, reason } of first) {
        expect(frame).toBe(0);
        expect(reason).toMatch(/^Typical of|^Unlike/);
      }
      expect(await rejectionOf(suggester.next(project, { ...wanted, mode: 'informative' }))).toMatchObject({
        code: 'too-few-labels',
      });
      const [a = 0, b = 0, c = 0] = first.map(({ imageId }) => imageId);
      setLabels(
        project,
        'finding',
        [
          { target: { imageId: a }, className: 'no' },
          { target: { imageId: b }, className: 'yes' },
        ],
        'Ada',
      );
      const next = await suggester.next(project, { ...wanted, count: 100, skip: [c] });
      expect(next.length).toBe(37);
      for (const { imageId } of next) expect([a, b, c]).not.toContain(imageId);
      expect((await suggester.next(project, { ...wanted, mode: 'informative', count: 2 })).length).toBe(2);
    } finally {
      suggester.close();
    }
  });
});
