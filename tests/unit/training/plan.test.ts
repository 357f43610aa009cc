/** @file Plans: every setting follows from the data and the computer, and what the user sets is kept. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src-main/engine/devices.js';
import {
  type Machine,
  optionsOf,
  type PlanData,
  type PlanName,
  planPretraining,
} from '../../../src-main/training/plan.js';

const cpu: Device = { name: 'CPU', provider: 'cpu', available: true, reason: null, stepMs: 80, mixedMs: null };
const gpu: Device = { name: 'GPU', provider: 'webgpu', available: true, reason: null, stepMs: 4, mixedMs: null };
const processorOnly: Machine = { devices: [cpu], processors: 8 };
const withGpu: Machine = { devices: [cpu, gpu], processors: 8 };

function data(frames: number, more: Partial<PlanData['all']> = {}): PlanData {
  const all = { frames, images: frames, patients: Math.ceil(frames / 2), series: frames, medianSide: 1024, ...more };
  return { all, bySplit: {} };
}

const settings = (frames: number, machine = processorOnly, own = {}) =>
  planPretraining(data(frames), machine, own).choices;

describe('planPretraining', () => {
  it('gives 5,000 radiographs the settings that were measured', () => {
    expect(settings(5000)).toMatchObject({
      method: 'inpainting',
      backbone: 'vit-tiny',
      depth: 12,
      imageSize: 64,
      patchSize: 8,
      batch: 64,
      epochs: 40,
      learningRate: 1e-3,
      device: 'cpu',
      threads: 8,
    });
    expect(settings(5000, processorOnly, { method: 'contrastive' })).toMatchObject({ epochs: 10, learningRate: 5e-4 });
  });

  it('uses a fast device for larger images, and for a larger backbone where there are enough', () => {
    expect(settings(5000, withGpu)).toMatchObject({
      device: 'webgpu',
      imageSize: 224,
      patchSize: 16,
      backbone: 'vit-tiny',
    });
    expect(settings(60_000, withGpu).backbone).toBe('vit-small');
    expect(settings(600_000, withGpu).backbone).toBe('vit-base');
    expect(settings(600_000).backbone).toBe('vit-tiny');
    const slow = { devices: [cpu, { ...gpu, stepMs: 60 }], processors: 8 };
    expect(settings(5000, slow)).toMatchObject({ device: 'webgpu', imageSize: 64 });
  });

  it('does not enlarge images', () => {
    expect(planPretraining(data(5000, { medianSide: 50 }), withGpu).choices.imageSize).toBe(48);
    expect(planPretraining(data(5000, { medianSide: 130 }), withGpu).choices.imageSize).toBe(128);
  });

  it('leaves steps in an epoch of few images, and passes over them more often', () => {
    const { choices, stepsPerEpoch } = planPretraining(data(100), processorOnly);
    expect(choices).toMatchObject({ batch: 16, epochs: 200 });
    expect(stepsPerEpoch).toBe(6);
  });

  it('keeps the test images of an official split unseen', () => {
    const split = data(1000);
    const plan = planPretraining({ ...split, bySplit: { train: { ...split.all, frames: 700 } } }, processorOnly);
    expect(plan.choices.split).toBe('train');
    expect(plan.facts.frames).toBe(700);
    expect(plan.lines.find(({ name }) => name === 'split')?.reason).toMatch(/700 images.*test images stay unseen/);
    expect(planPretraining(split, processorOnly).choices.split).toBe(null);
  });

  it('lets images of one series be alike where series hold several', () => {
    expect(planPretraining(data(4000, { series: 40 }), processorOnly).choices.positives).toBe('series');
    expect(settings(4000).positives).toBe('image');
  });

  it('lets the rest follow what the user sets, and marks it', () => {
    const plan = planPretraining(data(5000), processorOnly, { imageSize: 224, method: 'contrastive', batch: 64 });
    expect(plan.choices).toMatchObject({ imageSize: 224, patchSize: 16, epochs: 10 });
    const own = plan.lines.filter((line) => line.own).map(({ name }) => name);
    // A batch of 64 is what the plan says as well.
    expect(own).toEqual(['method', 'imageSize']);
  });

  it('names what cannot be', () => {
    const problems = (own: object, frames = 500) =>
      planPretraining(data(frames), processorOnly, own).problems.map(({ name }): PlanName => name);
    expect(problems({})).toEqual([]);
    expect(problems({ patchSize: 7 })).toEqual(['patchSize']);
    expect(problems({ imageSize: 2000 })).toContain('imageSize');
    expect(problems({ imageSize: 64.5 })).toContain('imageSize');
    expect(problems({ batch: 501 })).toEqual(['batch']);
    expect(problems({ epochs: 0, threads: 0, depth: 0, learningRate: 0, seed: -1 })).toEqual([
      'epochs',
      'depth',
      'threads',
      'seed',
      'learningRate',
    ]);
    expect(problems({ device: 'webgpu' })).toEqual(['device']);
    expect(problems({}, 1)).toContain('split');
  });

  it('plans a sound run for any data, with a reason for every setting', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 2_000_000 }),
        fc.integer({ min: 32, max: 4000 }),
        fc.constantFrom('inpainting' as const, 'contrastive' as const),
        fc.boolean(),
        (frames, medianSide, method, fast) => {
          const plan = planPretraining(data(frames, { medianSide }), fast ? withGpu : processorOnly, { method });
          expect(plan.problems).toEqual([]);
          expect(plan.choices.imageSize % plan.choices.patchSize).toBe(0);
          expect(plan.choices.imageSize).toBeLessThanOrEqual(medianSide);
          expect(plan.totalSteps).toBe(plan.stepsPerEpoch * plan.choices.epochs);
          expect(new Set(plan.lines.map(({ name }) => name))).toEqual(new Set(Object.keys(plan.choices)));
          for (const { reason } of plan.lines) expect(reason).toMatch(/\w.*[.]$/);
          expect(optionsOf(plan)).toMatchObject({ ...plan.choices, previews: true });
        },
      ),
    );
  });
});
