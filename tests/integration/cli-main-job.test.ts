/** @file The main job on the command line: from a folder of DICOM files to predictions and exports. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src-main/exports/safetensors.js';
import {
  type Json,
  ONE_THREAD,
  removeFolder,
  resultOf,
  run,
  scratchFolder,
  start,
  TINY,
  tinyStudy,
} from '../helpers/command-line.js';

const PATIENTS = 12;
const IMAGES = 24;

const folder = scratchFolder();
const study = join(folder, 'study');
const project = join(folder, 'project');
const inProject = ['--project', project];
let truth = '';

const interval = {
  mean: expect.any(Number),
  low: expect.any(Number),
  high: expect.any(Number),
  perSeed: [expect.any(Number), expect.any(Number)],
};

/** Runs `pretext finetune` from the newest run on 6 labels. */
function finetune(mode: 'probe' | 'full'): Promise<Json> {
  const what = ['--task', 'finding', '--run', 'latest', '--mode', mode, '--labels', '6', '--seeds', '2'];
  return resultOf('finetune', ...inProject, ...what, '--epochs', '2', ...ONE_THREAD);
}

describe('the main job on the command line', () => {
  beforeAll(async () => {
    truth = (await tinyStudy(study, PATIENTS)).truthCsv;
    await resultOf('import', study, ...inProject);
    const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--split-column', 'split'];
    const order = ['--task', 'finding', '--classes', 'normal, finding'];
    const labelled = await resultOf('label', 'import', truth, ...inProject, ...order, ...columns);
    expect(labelled).toMatchObject({ labelled: IMAGES, changed: IMAGES, classes: ['normal', 'finding'] });
  }, 120_000);
  afterAll(() => removeFolder(folder));

  it('imports once, and says so', async () => {
    const { lines, code } = await run('import', study, ...inProject, '--json');
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({
      files: IMAGES + 1,
      images: IMAGES,
      patients: PATIENTS,
      studies: PATIENTS,
      series: PATIENTS,
      added: 0,
      skipped: [{ path: truth, reason: expect.stringMatching(/\.$/) }],
    });
    expect(lines).toContainEqual(expect.objectContaining({ event: 'skipped', path: truth }));
  });

  it('labels from a table, by hand, with undo and history, and writes them again', async () => {
    const [first] = parse(readFileSync(truth), { columns: true }) as { sop_instance_uid: string; label: string }[];
    const image = first?.sop_instance_uid ?? '';
    const task = ['--task', 'finding'];
    const other = first?.label === 'normal' ? 'finding' : 'normal';
    const set = ['label', 'set', ...inProject, ...task, '--class', other, '--image', image, '--author', 'Ada'];
    expect(await resultOf(...set)).toMatchObject({ changed: 1 });
    expect(await resultOf('label', 'undo', ...inProject, ...task, '--author', 'Ada')).toMatchObject({ changed: 1 });
    const { history } = await resultOf('label', 'history', image, ...inProject, ...task);
    expect((history as Json[]).map(({ className }) => className)).toEqual([first?.label, other, first?.label]);
    const labelled = async () => {
      const { classes } = await resultOf('label', 'list', ...inProject, ...task);
      return (classes as { images: number }[]).reduce((sum, { images }) => sum + images, 0);
    };
    expect(await labelled()).toBe(IMAGES);
    const mark = ['label', 'mark', 'unsure', ...inProject, ...task, '--image', image, '--author', 'Ada'];
    expect(await resultOf(...mark)).toMatchObject({ changed: 1 });
    expect(await labelled()).toBe(IMAGES - 1);
    expect(await resultOf('label', 'undo', ...inProject, ...task, '--author', 'Ada')).toMatchObject({ changed: 1 });
    expect(await labelled()).toBe(IMAGES);
    const out = join(folder, 'labels.csv');
    expect(await resultOf('label', 'export', out, ...inProject, ...task)).toMatchObject({ labels: IMAGES });
    const written = parse(readFileSync(out), { columns: true }) as { sop_instance_uid: string; label: string }[];
    expect(written.find((row) => row.sop_instance_uid === image)?.label).toBe(first?.label);
  });

  it('pretrains, fine-tunes, evaluates, predicts and exports; the ONNX file gives the same probabilities', async () => {
    const pretraining = ['--method', 'inpainting', ...TINY, '--epochs', '2', '--batch', '4', '--split', 'train'];
    const trained = await run('pretrain', ...inProject, ...pretraining, '--seed', '3', ...ONE_THREAD, '--json');
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.lines.at(-1)).toEqual({
      run: expect.stringMatching(/^inpainting-/),
      epochs: 2,
      steps: 8,
      loss: expect.any(Number),
      imagesPerSecond: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
      seconds: expect.any(Number),
      paused: false,
    });
    expect(trained.lines.filter(({ event }) => event === 'step').map(({ step }) => step)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);

    const full = await finetune('full');
    const probe = await finetune('probe');
    for (const result of [full, probe]) {
      expect(result).toMatchObject({
        labels: 6,
        seeds: 2,
        testImages: 8,
        auc: interval,
        accuracy: interval,
        baseline: { auc: interval, accuracy: interval },
      });
    }
    const model = String(probe.model);
    const evaluated = await resultOf('evaluate', ...inProject, '--model', model);
    expect(evaluated).toMatchObject({ model, auc: probe.auc, accuracy: probe.accuracy, testImages: 8 });
    expect((evaluated.confusion as number[][]).flat().reduce((sum, count) => sum + count, 0)).toBe(8);
    expect((evaluated.roc as Json[]).at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 });
    const forPeople = await run('evaluate', ...inProject, '--model', model);
    expect(forPeople.stdout).toMatch(/AUC .*\nacc/);
    expect(forPeople.stdout).toContain('Research use only');

    for (const id of [model, String(full.model)]) await compareWithOnnx(id);

    const encoder = join(folder, 'encoder.safetensors');
    const { run: runId } = trained.lines.at(-1) as Json;
    await resultOf('export', ...inProject, '--run', String(runId), '--format', 'safetensors', '--out', encoder);
    expect(readSafetensors(encoder).tensors.get('blocks.0.attn.qkv.weight')?.shape).toEqual([576, 192]);
    const weights = join(folder, 'weights.safetensors');
    await resultOf('export', ...inProject, '--model', model, '--format', 'safetensors', '--out', weights);
    expect(readSafetensors(weights).tensors.get('head.weight')?.shape).toEqual([2, 192]);

    const { runs } = await resultOf('runs', ...inProject);
    expect(runs).toEqual([expect.objectContaining({ run: runId, finished: true, steps: 8 })]);
    const { models } = await resultOf('models', ...inProject);
    expect((models as Json[]).map((entry) => entry.model)).toContain(model);
  });

  /** Predicts and exports, then runs the exported file without Pretext on the pixels that the network saw. */
  async function compareWithOnnx(model: string): Promise<void> {
    const csv = join(folder, 'predictions.csv');
    const pixels = join(folder, 'pixels.safetensors');
    const files = ['--out', csv, '--inputs', pixels];
    const predicted = await resultOf('predict', study, ...inProject, '--model', model, ...files, '--threads', '1');
    expect(predicted).toMatchObject({ model, images: IMAGES, series: PATIENTS });
    const rows = parse(readFileSync(csv), { columns: true }) as Record<string, string>[];
    const images = rows.filter(({ level }) => level === 'image');
    expect(images.length).toBe(IMAGES);
    expect(rows.filter(({ level }) => level === 'series').length).toBe(PATIENTS);

    const out = join(folder, 'model.onnx');
    await resultOf('export', ...inProject, '--model', model, '--format', 'onnx', '--out', out);
    const session = await ort.InferenceSession.create(out);
    const seen = readSafetensors(pixels).tensors.get('images');
    if (seen?.dtype !== 'F32') throw new Error('no pixels were written');
    expect(seen.shape).toEqual([IMAGES, 1, 32, 32]);
    const columns = Object.keys(rows[0] ?? {}).filter((name) => name.startsWith('probability_'));
    expect(columns.length).toBe(2);
    for (const [index, row] of images.entries()) {
      const image = new ort.Tensor('float32', seen.data.slice(index * 1024, (index + 1) * 1024), [1, 1, 32, 32]);
      const { probabilities } = await session.run({ image });
      for (const [column, name] of columns.entries()) {
        expect(Number(probabilities?.data[column])).toBeCloseTo(Number(row[name]), 5);
      }
    }
    await session.release();
  }

  it('fine-tunes from scratch where no run is wanted, with the encoder that is asked for', async () => {
    const what = ['--task', 'finding', '--run', 'none', '--mode', 'probe', '--labels', 'all', '--seeds', '1'];
    const result = await resultOf('finetune', ...inProject, ...what, ...TINY, ...ONE_THREAD);
    expect(result).toMatchObject({ run: null, labels: 16, baseline: null });
  });

  it('pauses at Ctrl-C with a checkpoint and exit code 130, and goes on where it stopped', async () => {
    const long = ['--method', 'contrastive', ...TINY, '--epochs', '40', '--batch', '4', '--seed', '1', ...ONE_THREAD];
    const { child, done } = start(['pretrain', ...inProject, ...long, '--json']);
    await new Promise<void>((seen) => {
      child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('"event":"step"') && seen());
    });
    child.kill('SIGINT');
    const { code, lines } = await done;
    expect(code).toBe(130);
    const paused = lines.at(-1) as Json;
    expect(paused).toMatchObject({ paused: true, run: expect.stringMatching(/^contrastive-/) });
    expect(paused.steps).toBeLessThan(240);
    const resumed = await run('pretrain', ...inProject, '--resume', 'latest', ...ONE_THREAD, '--json');
    expect(resumed.lines).toContainEqual(
      expect.objectContaining({ event: 'started', resumed: true, step: paused.steps, run: paused.run }),
    );
    expect(resumed.lines.at(-1)).toMatchObject({ run: paused.run, steps: 240, paused: false });
  });

  it('measures the speed of the steps', async () => {
    const quick = ['--batch', '4', '--rounds', '1', '--steps', '1', ...TINY, '--threads', '1'];
    const { results } = await resultOf('bench', ...quick);
    expect((results as Json[]).map(({ program }) => program)).toEqual(['inpainting', 'contrastive']);
    for (const result of results as Json[]) {
      expect(result).toMatchObject({
        device: 'cpu',
        threads: 1,
        batch: 4,
        imagesPerSecond: expect.any(Number),
        peakMemoryBytes: expect.any(Number),
      });
    }
  });

  it('lists the devices, the CPU first', async () => {
    const { devices } = await resultOf('devices');
    expect((devices as Json[])[0]).toMatchObject({ provider: 'cpu', available: true, reason: null });
    expect((devices as Json[]).map(({ provider }) => provider)).toEqual([
      'cpu',
      'webgpu',
      'dml',
      'cuda',
      'coreml',
      'tfjs-gpu',
      'tfjs-cpu',
    ]);
  });

  it('goes on where the reader of its lines is gone', async () => {
    const pipe = (command: string[]) => ['bash', '-c', 'set -o pipefail; "$@" | head -1', 'bash', ...command];
    const { code, stderr } = await start(['import', study, ...inProject, '--json'], pipe).done;
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
