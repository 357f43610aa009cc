/** @file The batch loader: threads fill a ring in shared memory ahead of the trainer, which never waits for disk. */

import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { entryPath } from '../base/entries.js';
import { fileError, PretextError } from '../base/errors.js';
import type { FillPlan } from './filler.js';
import type { FillRequest, LoaderReport, LoaderWorkerData } from './loader-protocol.js';
import type { AugmentRecipe } from './recipes.js';
import type { Positives } from './sampler.js';

export interface LoaderSample {
  /** Record of the pixel cache. */
  slot: number;
  /** Series or patient, as `positives` says; ignored for positives 'image'. */
  group: number;
  flipAllowed: boolean;
}

export interface LoaderPlan {
  /** A pixel cache, or any file of records and its side. */
  cache: { file: string; side: number };
  samples: readonly LoaderSample[];
  imageSize: number;
  batch: number;
  views: 1 | 2;
  /** Where second views come from; without meaning for one view. */
  positives: Positives;
  recipe: AugmentRecipe;
  seed: number;
  firstStep: number;
  /** The step before which the loader ends, or null: it goes on for ever. */
  lastStep: number | null;
  /** Number of threads; null: one less than the processors, 1 to 4. */
  workers: number | null;
}

export interface Batch {
  step: number;
  /** [views * batch, 1, imageSize, imageSize], all first views before all second ones. Ordinary (not shared) memory. */
  images: Float32Array;
  /** [batch] index into the plan's samples of each anchor. */
  sampleIndex: Int32Array;
  /** Gives the memory back for a later batch; the arrays must not be used after it. Optional. */
  release(): void;
}

/** Batches that are made ahead, where memory allows. */
const ringDepth = 4;
/** Memory that the ring should stay under, bytes; at least two batches are made ahead all the same. */
const ringBytes = 256 * 2 ** 20;

/** Threads that leave the trainer's matrix products their processors. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, cpus().length - 1));
}

/** Slots of the ring, for batches of `slotBytes`. */
function ringSlots(slotBytes: number): number {
  return Math.max(2, Math.min(ringDepth, Math.floor(ringBytes / slotBytes)));
}

/** Memory of the batches that a loader makes ahead, with the one that is handed out and a spare one. */
export function loaderBytes({ batch, views, imageSize }: Pick<LoaderPlan, 'batch' | 'views' | 'imageSize'>): number {
  const slotBytes = views * batch * imageSize * imageSize * 4;
  return (ringSlots(slotBytes) + 2) * slotBytes;
}

function checkPlan(plan: LoaderPlan): void {
  const refuse = (message: string, remedy: string): never => {
    throw new PretextError({ code: 'bad-argument', message, remedy });
  };
  if (plan.samples.length === 0) refuse('There are no images to learn from.', 'Import some, or choose another split.');
  for (const [name, value] of [
    ['batch size', plan.batch],
    ['image size', plan.imageSize],
  ] as const) {
    if (!Number.isInteger(value) || value < 1)
      refuse(`The ${name} ${value} is not a positive whole number.`, 'Give one.');
  }
}

/** A copy of `values` in shared memory, so that the threads need none of their own. */
function sharedInt32(values: ArrayLike<number>): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(values.length * 4));
  shared.set(values);
  return shared;
}

function fillPlanOf(plan: LoaderPlan): FillPlan {
  const { cache, samples, imageSize, batch, views, seed, recipe } = plan;
  const flips = new Uint8Array(new SharedArrayBuffer(samples.length));
  samples.forEach((sample, index) => {
    flips[index] = sample.flipAllowed ? 1 : 0;
  });
  return {
    file: cache.file,
    side: cache.side,
    imageSize,
    batch,
    views,
    seed,
    recipe,
    slots: sharedInt32(samples.map((sample) => sample.slot)),
    flips,
    groups: views === 1 || plan.positives === 'image' ? null : sharedInt32(samples.map((sample) => sample.group)),
  };
}

interface Waiting {
  resolve(batch: Batch): void;
  reject(error: PretextError): void;
}

/**
 * Hands out the batches of steps firstStep, firstStep + 1, ... in order. The content of a batch depends on the plan and
 * the step alone, never on the number of threads or on timing.
 *
 * Every free slot of the ring is promised to a thread at once, so the threads go on while the trainer's thread is busy
 * in a long native call. Completion is a flag in shared memory; messages only wake the loader where it waits.
 */
export class BatchLoader {
  private readonly images: Float32Array;
  private readonly sampleIndex: Int32Array;
  private readonly complete: Int32Array;
  private readonly imageValues: number;
  private readonly threads: { worker: Worker; slots: number[] }[] = [];
  /** Slot of each step that is promised to a thread. */
  private readonly slotOf = new Map<number, number>();
  private readonly waiting: Waiting[] = [];
  private readonly spare: Float32Array[] = [];
  private nextRequest: number;
  private nextStep: number;
  private failed: PretextError | null = null;
  private closing: Promise<void> | null = null;

  private constructor(private readonly plan: LoaderPlan) {
    this.imageValues = plan.views * plan.batch * plan.imageSize * plan.imageSize;
    const slotBytes = this.imageValues * 4;
    const depth = ringSlots(slotBytes);
    this.images = new Float32Array(new SharedArrayBuffer(depth * slotBytes));
    this.sampleIndex = sharedInt32(new Int32Array(depth * plan.batch));
    this.complete = sharedInt32(new Int32Array(depth));
    this.nextRequest = plan.firstStep;
    this.nextStep = plan.firstStep;
  }

  /**
   * Starts the threads and the first batches.
   *
   * @throws PretextError `bad-argument` for an impossible plan, `unreadable` where the cache cannot be opened.
   */
  static async start(plan: LoaderPlan): Promise<BatchLoader> {
    checkPlan(plan);
    const loader = new BatchLoader(plan);
    try {
      await loader.startThreads();
    } catch (error) {
      await loader.close();
      throw error;
    }
    return loader;
  }

  /**
   * The next batch, in the order of steps.
   *
   * @throws PretextError of the thread that failed, `internal` where one died, `cancelled` after close, `bad-argument`
   *   past the last step.
   */
  next(): Promise<Batch> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.serve();
    });
  }

  /** Ends the threads; batches still asked for fail with `cancelled`. */
  close(): Promise<void> {
    if (this.closing === null) {
      this.fail(new PretextError({ code: 'cancelled', message: 'The batch loader was closed.' }));
      this.closing = Promise.all(this.threads.map(({ worker }) => worker.terminate())).then(() => undefined);
    }
    return this.closing;
  }

  private async startThreads(): Promise<void> {
    const workerData: LoaderWorkerData = {
      plan: fillPlanOf(this.plan),
      images: this.images.buffer as SharedArrayBuffer,
      sampleIndex: this.sampleIndex.buffer as SharedArrayBuffer,
      complete: this.complete.buffer as SharedArrayBuffer,
    };
    const path = entryPath('loader-worker');
    // More threads than slots would have nothing to fill.
    const count = Math.min(this.plan.workers ?? defaultWorkers(), this.complete.length);
    const ready = Array.from({ length: count }, () => this.startThread(path, workerData));
    for (let slot = 0; slot < this.complete.length; slot++) this.request(slot);
    await Promise.all(ready);
  }

  private startThread(path: string, workerData: LoaderWorkerData): Promise<void> {
    const worker = new Worker(path, { workerData });
    this.threads.push({ worker, slots: [] });
    return new Promise((resolve, reject) => {
      const fail = (error: PretextError): void => {
        this.fail(error);
        reject(error);
      };
      worker.on('message', (report: LoaderReport) => {
        if (report.kind === 'ready') {
          resolve();
        } else if (report.kind === 'filled') {
          this.serve();
        } else {
          const { path, remedy, ...error } = report.error;
          fail(
            new PretextError({ ...error, ...(path === null ? {} : { path }), ...(remedy === null ? {} : { remedy }) }),
          );
        }
      });
      worker.on('error', (error) => fail(brokenThread(error)));
      worker.on('exit', (code) => fail(brokenThread(new Error(`exit code ${code}`))));
    });
  }

  /** Promises `slot` to the thread with the least left to do, unless all steps are given out. */
  private request(slot: number): void {
    if (this.plan.lastStep !== null && this.nextRequest >= this.plan.lastStep) return;
    const step = this.nextRequest++;
    const left = (slots: number[]): number => slots.filter((one) => Atomics.load(this.complete, one) === 0).length;
    const thread = this.threads.reduce((best, other) => (left(other.slots) < left(best.slots) ? other : best));
    Atomics.store(this.complete, slot, 0);
    this.slotOf.set(step, slot);
    thread.slots.push(slot);
    const request: FillRequest = { slot, step };
    thread.worker.postMessage(request);
  }

  /** Hands out what is complete to whoever waits, in order. */
  private serve(): void {
    while (this.waiting.length > 0) {
      if (this.failed !== null) {
        this.waiting.shift()!.reject(this.failed);
        continue;
      }
      const slot = this.slotOf.get(this.nextStep);
      if (slot === undefined) {
        const message = `The loader ends at step ${this.plan.lastStep}.`;
        this.waiting.shift()!.reject(new PretextError({ code: 'bad-argument', message }));
        continue;
      }
      if (Atomics.load(this.complete, slot) === 0) return;
      this.waiting.shift()!.resolve(this.take(slot));
    }
  }

  /** Copies a complete batch out of the ring (native engines do not take shared memory) and refills its slot. */
  private take(slot: number): Batch {
    const step = this.nextStep++;
    const images = this.spare.pop() ?? new Float32Array(this.imageValues);
    images.set(this.images.subarray(slot * this.imageValues, (slot + 1) * this.imageValues));
    const { batch } = this.plan;
    const sampleIndex = new Int32Array(this.sampleIndex.subarray(slot * batch, (slot + 1) * batch));
    this.slotOf.delete(step);
    for (const thread of this.threads) thread.slots = thread.slots.filter((one) => one !== slot);
    this.request(slot);
    let released = false;
    const release = (): void => {
      if (!released) this.spare.push(images);
      released = true;
    };
    return { step, images, sampleIndex, release };
  }

  /** The first failure is the reason of all later ones. */
  private fail(error: PretextError): void {
    this.failed ??= error;
    this.serve();
  }
}

function brokenThread(cause: Error): PretextError {
  const known = fileError(cause, '');
  return new PretextError({
    code: known.code === 'disk-full' ? 'disk-full' : 'internal',
    message: `A thread that prepares images ended unexpectedly (${cause.message}).`,
    remedy: 'Start again from the last checkpoint; use fewer loader threads if memory is short.',
    cause,
  });
}
