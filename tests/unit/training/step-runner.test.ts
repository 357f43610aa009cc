/** @file Steps in parts: the same as in one piece, and smaller parts where memory runs out. */

import { describe, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { Random } from '../../../src-main/base/random.js';
import type { ProgramRunner } from '../../../src-main/engine/runner.js';
import { ProgramSession } from '../../../src-main/engine/session.js';
import { residentBytes } from '../../../src-main/graph/memory.js';
import type { Program } from '../../../src-main/graph/program.js';
import type { VitConfig } from '../../../src-main/nn/vit.js';
import { contrastiveTask } from '../../../src-main/ssl/contrastive.js';
import { inpaintingTask } from '../../../src-main/ssl/inpainting.js';
import type { PretextTask } from '../../../src-main/ssl/pretext.js';
import { initialState } from '../../../src-main/training/step-program.js';
import { partOf, partSizes, type StepPlan, StepRunner, stepBytes } from '../../../src-main/training/step-runner.js';
import { maxDifference } from '../../helpers/run-graph.js';

const vit: VitConfig = { imageSize: 16, patchSize: 4, width: 24, depth: 1, heads: 2, channels: 1 };
const inpainting = inpaintingTask({ maskRatio: 0.75, decoderWidth: 16, decoderDepth: 1, decoderHeads: 2 });
const BATCH = 12;
const open = (program: Program) => ProgramSession.create(program, { provider: 'cpu', threads: 1 });

function planOf(task: PretextTask, changes: Partial<StepPlan> = {}): StepPlan {
  return {
    task,
    vit,
    batch: BATCH,
    microBatch: null,
    halvings: 0,
    room: 1e12,
    reserved: 0,
    open,
    bytesOf: async (program) => residentBytes(program),
    mixed: false,
    onParts: () => undefined,
    ...changes,
  };
}

function imagesOf(task: PretextTask, step: number): Float32Array {
  const random = new Random(step, 5);
  return Float32Array.from({ length: task.views * BATCH * vit.imageSize ** 2 }, () => random.normal());
}

async function train(plan: StepPlan, steps: number) {
  const runner = await StepRunner.create(plan);
  runner.setValues(initialState(runner.step, 3));
  const results: Record<string, number>[] = [];
  for (let step = 1; step <= steps; step++) {
    results.push(await runner.run(imagesOf(plan.task, step), () => new Random(9, step), step, 1e-3));
  }
  const weights = (await runner.session.getState()).get('blocks.0.mlp.fc1.weight') as Float32Array;
  const size = runner.microBatch;
  await runner.release();
  return { results, weights, size };
}

it('cuts a batch into equal parts only', () => {
  expect(partSizes(12, 1)).toEqual([12, 6, 4, 3, 2, 1]);
  expect(partSizes(12, 2)).toEqual([12, 6, 4, 3, 2]);
  expect(partSizes(7, 2)).toEqual([7]);
});

it('keeps the views of an image together', () => {
  // Two views of three images of two pixels.
  const images = Float32Array.of(1, 1, 2, 2, 3, 3, 11, 11, 12, 12, 13, 13);
  expect([...partOf(images, 2, 3, 1, 2)]).toEqual([2, 2, 3, 3, 12, 12, 13, 13]);
  expect(partOf(images, 2, 3, 0, 3)).toBe(images);
});

it.each([6, 4, 1])('inpainting learns the same in parts of %i as in one piece', async (microBatch) => {
  const whole = await train(planOf(inpainting), 4);
  const parts = await train(planOf(inpainting, { microBatch }), 4);
  expect(whole.size).toBe(BATCH);
  expect(parts.size).toBe(microBatch);
  for (const [step, { loss, gradientNorm }] of parts.results.entries()) {
    expect(loss).toBeCloseTo(whole.results[step].loss, 5);
    expect(gradientNorm).toBeCloseTo(whole.results[step].gradientNorm, 4);
  }
  expect(maxDifference(parts.weights, whole.weights)).toBeLessThan(2e-4);
});

describe('plans for the memory there is', () => {
  const bytesOf = async (size: number) => {
    const runner = await StepRunner.create(planOf(inpainting, { microBatch: size }));
    await runner.release();
    return stepBytes(runner.step.program);
  };

  it('takes the largest part that fits, and says so', async () => {
    const told: string[] = [];
    const room = ((await bytesOf(4)) + 1000 + 1) / 0.85;
    const runner = await StepRunner.create(
      planOf(inpainting, { room, reserved: 1000, onParts: (message) => told.push(message) }),
    );
    await runner.release();
    expect(runner.microBatch).toBe(4);
    expect(told).toEqual([
      'A batch of 12 images is not expected to fit into memory: it is read in parts of 4, and takes longer.',
    ]);
  });

  it('says no more than that where parts were asked for', async () => {
    const told: string[] = [];
    const runner = await StepRunner.create(
      planOf(inpainting, { microBatch: 4, onParts: (message) => told.push(message) }),
    );
    await runner.release();
    expect(told).toEqual(['A batch of 12 images is read in parts of 4, and takes longer.']);
  });

  it('reads one image at a time where nothing fits, and two of a contrastive batch', async () => {
    for (const [task, least] of [
      [inpainting, 1],
      [contrastiveTask(), 2],
    ] as const) {
      const runner = await StepRunner.create(planOf(task, { room: 0 }));
      await runner.release();
      expect(runner.microBatch).toBe(least);
    }
  });
});

/** A device on which programs of more than `most` bytes end for want of memory, after `after` runs of each program. */
function smallDevice(most: number, after: number) {
  const opened: ProgramRunner[] = [];
  return {
    opened,
    open: async (program: Program): Promise<ProgramRunner> => {
      const session = await open(program);
      let runs = 0;
      const run: ProgramRunner['run'] = (inputs) => {
        if (stepBytes(program) > most && runs++ >= after) {
          throw new PretextError({ code: 'out-of-memory', message: 'The memory ran out.' });
        }
        return session.run(inputs);
      };
      const runner: ProgramRunner = {
        program,
        engine: session.engine,
        compileMs: session.compileMs,
        nodeCount: session.nodeCount,
        setValues: (values) => session.setValues(values),
        getState: (wanted) => session.getState(wanted),
        release: () => session.release(),
        run,
      };
      opened.push(runner);
      return runner;
    },
  };
}

it('halves the parts where memory runs out, and does the step again from the state before it', async () => {
  const whole = await train(planOf(inpainting), 5);
  const probe = await StepRunner.create(planOf(inpainting, { microBatch: 3 }));
  const most = stepBytes(probe.step.program);
  await probe.release();
  // The whole batch fails in its third step; parts of six in the middle of that step, after one of two parts.
  const device = smallDevice(most, 0);
  const whole2 = smallDevice(most, 2);
  const told: string[] = [];
  let first = true;
  const starved = await train(
    planOf(inpainting, {
      open: (program) => {
        const use = first ? whole2 : device;
        first = false;
        return use.open(program);
      },
      onParts: (message) => told.push(message),
    }),
    5,
  );
  expect(starved.size).toBe(3);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(/did not fit into memory: it is read in parts of 6/);
  for (const [step, { loss }] of starved.results.entries()) expect(loss).toBeCloseTo(whole.results[step].loss, 5);
  expect(maxDifference(starved.weights, whole.weights)).toBeLessThan(2e-4);
});

it('gives the error on where not even the smallest part fits', async () => {
  const { open: never } = smallDevice(0, 0);
  await expect(train(planOf(inpainting, { open: never }), 1)).rejects.toMatchObject({ code: 'out-of-memory' });
});
