/** @file A training step of a pretext task on random pixels, for timing: what it computes is worth nothing. */

import { Random } from '../base/random.js';
import { type DeviceOptions, openProgram } from '../engine/open.js';
import type { ProgramRunner } from '../engine/runner.js';
import { defaultAdamW, HYPERPARAMETERS, hyperparameters } from '../graph/optimiser.js';
import type { VitConfig } from '../nn/vit.js';
import type { PretextTask } from '../ssl/pretext.js';
import { initialState, pretextStep } from './step-program.js';

const LEARNING_RATE = 1e-3;

export class NoiseStep {
  /** Loss of the last step. */
  loss = Number.NaN;
  private done = 0;
  private readonly random = new Random(0);
  private readonly images: Float32Array;

  private constructor(
    readonly session: ProgramRunner,
    private readonly task: PretextTask,
    private readonly vit: VitConfig,
    private readonly batch: number,
  ) {
    this.images = new Float32Array(batch * task.views * vit.imageSize ** 2).map(() => this.random.normal());
  }

  /** Compiles the step with random weights. @throws PretextError `device` */
  static async create(task: PretextTask, vit: VitConfig, batch: number, options: DeviceOptions): Promise<NoiseStep> {
    const step = pretextStep(task, vit, batch, defaultAdamW);
    const session = await openProgram(step.program, options);
    session.setValues(initialState(step, 0));
    return new NoiseStep(session, task, vit, batch);
  }

  /** @returns milliseconds */
  async run(): Promise<number> {
    const started = performance.now();
    this.done++;
    const { loss } = await this.session.run({
      images: this.images,
      ...this.task.hostInputs(this.vit, this.batch, this.random),
      [HYPERPARAMETERS]: Float32Array.from(hyperparameters(this.done, LEARNING_RATE, defaultAdamW)),
    });
    this.loss = Number(loss[0]);
    return performance.now() - started;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
