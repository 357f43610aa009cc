/**
 * @file Runs the training steps of a pretext task within the memory there is: a batch that does not fit is read in
 * parts whose gradients are added up, and where memory runs out all the same, the parts are halved and the step is done
 * again from the state before it.
 */

import { PretextError } from '../base/errors.js';
import type { Random } from '../base/random.js';
import { memoryRoom } from '../engine/memory-limit.js';
import type { ProgramRunner, TensorData } from '../engine/runner.js';
import { ACCUMULATION, accumulation, isGathered } from '../graph/accumulate.js';
import { heldBytes, residentBytes } from '../graph/memory.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../graph/optimiser.js';
import type { Program } from '../graph/program.js';
import type { VitConfig } from '../nn/vit.js';
import type { PretextTask } from '../ssl/pretext.js';
import { initialState, pretextStep, type TrainingStep } from './step-program.js';

export interface StepPlan {
  task: PretextTask;
  vit: VitConfig;
  /** Images of a step. */
  batch: number;
  /** Images that are on the device at a time; null: as many as fit. */
  microBatch: number | null;
  /** How often the part that would be read is halved. */
  halvings: number;
  /** Bytes that may be taken in addition to what the process has; null: as the computer has. */
  room: number | null;
  /** Bytes that the process will need beside the step, such as the loader's. */
  reserved: number;
  /** Makes a program ready. @throws PretextError `device`, `out-of-memory` */
  open(program: Program): Promise<ProgramRunner>;
  /** Bytes of this computer's memory that a program takes; null on a graphics card, of which it is not known what is free. */
  bytesOf: ((program: Program) => Promise<number>) | null;
  /** Whether products are computed in half precision. */
  mixed: boolean;
  /** Told in words when a batch is read in parts. */
  onParts(message: string): void;
}

/** Share of the free memory that a step is planned for; the rest is for what the graph does not show. */
const SAFE_SHARE = 0.85;

/** The least number of images that a method can learn from at a time. */
const leastImages = (task: PretextTask): number => (task.views === 2 ? 2 : 1);

/** Sizes of equal parts of a batch, from the whole down. */
export function partSizes(batch: number, least: number): number[] {
  const sizes: number[] = [];
  for (let parts = 1; parts * least <= batch; parts++) if (batch % parts === 0) sizes.push(batch / parts);
  return sizes;
}

/**
 * Bytes that a step takes beside what the process has, a checkpoint included: a copy of the state and the file made of it.
 *
 * @param resident what its program takes; ONNX Runtime's where absent
 */
export function stepBytes(program: Program, resident = residentBytes(program)): number {
  return resident + heldBytes(program);
}

/** One part of view-major pictures [views * batch, pixels]: the same images of every view. */
export function partOf(images: Float32Array, views: number, batch: number, first: number, count: number): Float32Array {
  if (count === batch) return images;
  const pixels = images.length / (views * batch);
  const part = new Float32Array(views * count * pixels);
  for (let view = 0; view < views; view++) {
    const start = (view * batch + first) * pixels;
    part.set(images.subarray(start, start + count * pixels), view * count * pixels);
  }
  return part;
}

export class StepRunner {
  private constructor(
    private readonly plan: StepPlan,
    private readonly sizes: readonly number[],
    private size: number,
    private current: { step: TrainingStep; session: ProgramRunner },
  ) {}

  /**
   * Makes the step ready, in parts where the whole batch is not expected to fit. The state is still to be set.
   *
   * @throws PretextError `out-of-memory` where not even the smallest part fits, `device`
   */
  static async create(plan: StepPlan): Promise<StepRunner> {
    const sizes = partSizes(plan.batch, leastImages(plan.task));
    let size = await plannedSize(plan, sizes);
    for (let i = 0; i < plan.halvings; i++) size = smaller(sizes, size) ?? size;
    let step = buildStep(plan, size);
    for (;;) {
      try {
        const session = await plan.open(step.program);
        if (size < plan.batch) plan.onParts(partsMessage(plan, size, reasonFor(plan, size)));
        return new StepRunner(plan, sizes, size, { step, session });
      } catch (error) {
        const next = smaller(sizes, size);
        if (!isOutOfMemory(error) || next === null) throw error;
        size = next;
        step = buildStep(plan, size);
      }
    }
  }

  /** Images that are on the device at a time. */
  get microBatch(): number {
    return this.size;
  }

  get step(): TrainingStep {
    return this.current.step;
  }

  /** Where the state lives. Another one after memory has run out. */
  get session(): ProgramRunner {
    return this.current.session;
  }

  /** Sets parameters, moments and frozen inputs by name. */
  setValues(values: ReadonlyMap<string, TensorData>): void {
    this.session.setValues(withGathered(values, this.step));
  }

  /**
   * One step on a batch.
   *
   * @param images view-major, [views * batch, channels, imageSize, imageSize]
   * @param random of the step: hidden patches and the like
   * @param index steps counted from 1
   * @returns the outputs, those of parts averaged
   * @throws PretextError `out-of-memory` where not even the smallest part fits, `device`
   */
  async run(images: Float32Array, random: () => Random, index: number, rate: number): Promise<Record<string, number>> {
    for (;;) {
      try {
        return await this.attempt(images, random(), index, rate);
      } catch (error) {
        const next = smaller(this.sizes, this.size);
        if (!isOutOfMemory(error) || next === null) throw error;
        await this.shrink(next);
      }
    }
  }

  private async attempt(
    images: Float32Array,
    random: Random,
    index: number,
    rate: number,
  ): Promise<Record<string, number>> {
    const { task, vit, batch } = this.plan;
    const parts = batch / this.size;
    const sums: Record<string, number> = {};
    for (let part = 0; part < parts; part++) {
      const outputs = await this.session.run({
        images: partOf(images, task.views, batch, part * this.size, this.size),
        ...task.hostInputs(vit, this.size, random),
        [HYPERPARAMETERS]: Float32Array.from(hyperparameters(index, rate, defaultAdamW)),
        ...(parts === 1 ? {} : { [ACCUMULATION]: accumulation(part, parts) }),
      });
      for (const [name, value] of Object.entries(outputs)) {
        // The norm of the last part is that of the whole gradient.
        if (name === 'gradientNorm') sums[name] = Number(value[0]);
        else sums[name] = (sums[name] ?? 0) + Number(value[0]) / parts;
      }
    }
    return sums;
  }

  /** Goes on from the state before the step, with smaller parts. */
  private async shrink(size: number): Promise<void> {
    const state = await this.session.getState();
    await this.session.release();
    const step = buildStep(this.plan, size);
    const session = await this.plan.open(step.program);
    this.size = size;
    this.current = { step, session };
    // What earlier parts had gathered belongs to the step that is done again.
    for (const { name } of step.program.state) if (isGathered(name)) state.delete(name);
    this.setValues(state);
    this.plan.onParts(partsMessage(this.plan, size, 'did not fit into memory: it is'));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The largest part that is asked for, or that is expected to fit. */
async function plannedSize(plan: StepPlan, sizes: readonly number[]): Promise<number> {
  const last = sizes[sizes.length - 1];
  const most = plan.microBatch;
  if (most !== null) return sizes.find((size) => size <= most) ?? last;
  if (plan.bytesOf === null) return sizes[0];
  const room = SAFE_SHARE * (plan.room ?? memoryRoom()) - plan.reserved;
  for (const size of sizes) {
    const { program } = buildStep(plan, size);
    if (stepBytes(program, await plan.bytesOf(program)) <= room) return size;
  }
  return last;
}

function buildStep({ task, vit, batch, mixed }: StepPlan, size: number): TrainingStep {
  return pretextStep(task, vit, size, defaultAdamW, 'float32', { accumulate: size < batch, mixed });
}

/** Values with zeros for gradients that are still to be gathered. */
function withGathered(values: ReadonlyMap<string, TensorData>, step: TrainingStep): ReadonlyMap<string, TensorData> {
  const all = new Map(values);
  const zeros = initialState({ ...step, parameters: [] }, 0);
  for (const [name, data] of zeros) if (!all.has(name)) all.set(name, data);
  return all;
}

function smaller(sizes: readonly number[], size: number): number | null {
  return sizes.find((candidate) => 2 * candidate <= size) ?? sizes.find((candidate) => candidate < size) ?? null;
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof PretextError
    ? error.code === 'out-of-memory'
    : error instanceof RangeError && /allocation failed|invalid array length/i.test(error.message);
}

/** Why a batch begins in parts: because that was asked for, or else by its memory. */
function reasonFor({ microBatch, halvings, batch }: StepPlan, size: number): string {
  const asked = microBatch !== null && microBatch < batch && halvings === 0 && 2 * size > microBatch;
  return asked ? 'is' : 'is not expected to fit into memory: it is';
}

function partsMessage({ task, batch }: StepPlan, size: number, why: string): string {
  const negatives = task.views === 2 ? ' Each image is compared with those of its part alone.' : '';
  return `A batch of ${batch} images ${why} read in parts of ${size}, and takes longer.${negatives}`;
}
