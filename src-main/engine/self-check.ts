/**
 * @file The self-check of a device: a small training program with the ops of a real one (gather, linear, layer norm,
 * attention, GELU, softmax cross-entropy, clipping, AdamW). A device counts only if its losses are the CPU's.
 */

import { Purpose, Random } from '../base/random.js';
import { gradients } from '../graph/gradient.js';
import { INITIAL_SCALE, LOSS_SCALE, lossScale } from '../graph/loss-scale.js';
import { gelu } from '../graph/ops/activation.js';
import { attention } from '../graph/ops/attention.js';
import { add } from '../graph/ops/elementwise.js';
import { gatherRows } from '../graph/ops/index.js';
import { crossEntropy } from '../graph/ops/loss.js';
import { linear } from '../graph/ops/matmul.js';
import { layerNorm } from '../graph/ops/normalise.js';
import { mean } from '../graph/ops/reduce.js';
import { reshape, split, transpose } from '../graph/ops/shape.js';
import { input } from '../graph/ops/source.js';
import { adamW, defaultAdamW, HYPERPARAMETERS, hyperparameters, type TrainedParameter } from '../graph/optimiser.js';
import { mixedPrecision } from '../graph/passes/mixed-precision.js';
import { type Program, program } from '../graph/program.js';
import { type Shape, sizeOf, type Tensor } from '../graph/tensor.js';
import type { ProgramRunner, TensorData } from './runner.js';

/** Sizes of a self-check's transformer block. */
export interface SelfCheckSize {
  batch: number;
  /** Patches of an image, of which the block reads every second one. */
  patches: number;
  patchValues: number;
  width: number;
  heads: number;
  classes: number;
}

/** Small enough for a software driver: 16 x 16 pixels in patches of 4 x 4. */
export const checkedSize: SelfCheckSize = { batch: 4, patches: 16, patchValues: 16, width: 24, heads: 2, classes: 5 };

/** Large enough that arithmetic outweighs the start of each kernel, as in real training: 64 x 64 pixels. */
export const timedSize: SelfCheckSize = {
  batch: 32,
  patches: 64,
  patchValues: 64,
  width: 192,
  heads: 3,
  classes: 5,
};

/** Largest relative difference from the CPU's losses that a device may show. */
export const LOSS_TOLERANCE = 1e-3;

/** The same in mixed precision: half precision keeps three decimal digits. */
export const MIXED_TOLERANCE = 1e-2;

export interface SelfCheckProgram {
  readonly program: Program;
  /** Initial parameters and zero moments. */
  readonly state: ReadonlyMap<string, TensorData>;
  /** A batch whose labels can be learned. */
  readonly batch: Readonly<Record<string, TensorData>>;
}

/** Builds the program with seeded values. @param mixed with products in half precision, under a scaled loss */
export function selfCheckProgram(size: SelfCheckSize, mixed = false): SelfCheckProgram {
  const { batch, patches, patchValues, width, heads, classes } = size;
  const tokens = patches / 2;
  const random = new Random(Purpose.initialisation, batch, width);
  const state = new Map<string, TensorData>();
  const parameters: { name: string; tensor: Tensor; decay: boolean }[] = [];
  const parameter = (name: string, shape: Shape, deviation: number, offset = 0) => {
    state.set(
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => offset + deviation * random.normal()),
    );
    const tensor = input(name, shape, 'float32');
    parameters.push({ name, tensor, decay: shape.length > 1 });
    return tensor;
  };
  const linearOf = (name: string, x: Tensor, outputs: number) => {
    const inputs = x.shape[x.rank - 1];
    return linear(
      x,
      parameter(`${name}.weight`, [outputs, inputs], 1 / Math.sqrt(inputs)),
      parameter(`${name}.bias`, [outputs], 0),
    );
  };
  const normOf = (name: string, x: Tensor) =>
    layerNorm(x, parameter(`${name}.weight`, [width], 0, 1), parameter(`${name}.bias`, [width], 0));

  const pictures = input('pictures', [batch * patches, patchValues], 'float32');
  const visible = input('visible', [batch * tokens], 'int32');
  const labels = input('labels', [batch], 'int32');
  const embedded = gatherRows(linearOf('embed', pictures, width), visible);
  let x = add(reshape(embedded, [batch, tokens, width]), parameter('positions', [1, tokens, width], 0.02));
  const qkv = reshape(linearOf('qkv', normOf('norm1', x), 3 * width), [batch, tokens, 3, heads, width / heads]);
  const [q, k, v] = split(transpose(qkv, [2, 0, 3, 1, 4]), 3, 0).map((part) =>
    reshape(part, [batch, heads, tokens, width / heads]),
  );
  const attended = reshape(transpose(attention(q, k, v), [0, 2, 1, 3]), [batch, tokens, width]);
  x = add(x, linearOf('proj', attended, width));
  x = add(x, linearOf('fc2', gelu(linearOf('fc1', normOf('norm2', x), 4 * width)), width));
  const loss = crossEntropy(linearOf('head', mean(x, 1), classes), labels);

  const scaling = mixed ? lossScale() : null;
  const toParameters = gradients(
    scaling === null ? loss : scaling.scaled(loss),
    parameters.map(({ tensor }) => tensor),
  );
  const trained = parameters.map((entry, index): TrainedParameter => {
    const gradient = scaling === null ? toParameters[index] : scaling.unscaled(toParameters[index]);
    return { ...entry, gradient, rateFactor: 1 };
  });
  const plain = (parts: readonly TrainedParameter[]) => adamW(parts, defaultAdamW);
  const optimiser = (scaling === null ? plain : scaling.guarded(plain))(trained);
  if (mixed) state.set(LOSS_SCALE, Float32Array.of(INITIAL_SCALE));
  for (const { name, current } of optimiser.state) {
    if (!state.has(name)) state.set(name, new Float32Array(sizeOf(current.shape)));
  }
  const whole = program('self_check', {
    inputs: [pictures, visible, labels, optimiser.input],
    state: optimiser.state,
    outputs: { loss },
  });
  return {
    program: mixed ? mixedPrecision(whole) : whole,
    state,
    batch: {
      pictures: Float32Array.from({ length: sizeOf(pictures.shape) }, () => random.normal()),
      visible: Int32Array.from({ length: batch * tokens }, (_, index) => 2 * index + random.below(2)),
      labels: Int32Array.from({ length: batch }, (_, image) => image % classes),
    },
  };
}

export interface SelfCheckRun {
  readonly losses: number[];
  /** Milliseconds of the fastest step after the first, which also compiles kernels. */
  readonly stepMs: number;
  /** What computed it. */
  readonly engine: string;
}

/**
 * Trains a few steps, ends early where a step takes longer than `patienceMs`, and releases the session.
 *
 * @throws PretextError `device` where the device fails.
 */
export async function trainSteps(
  session: ProgramRunner,
  check: SelfCheckProgram,
  steps: number,
  patienceMs = Number.POSITIVE_INFINITY,
): Promise<SelfCheckRun> {
  try {
    session.setValues(check.state);
    const losses: number[] = [];
    let stepMs = Number.POSITIVE_INFINITY;
    for (let step = 1; step <= steps; step++) {
      const started = performance.now();
      const outputs = await session.run({
        ...check.batch,
        [HYPERPARAMETERS]: Float32Array.from(hyperparameters(step, 1e-3, defaultAdamW)),
      });
      const elapsed = performance.now() - started;
      losses.push(Number(outputs.loss[0]));
      if (step > 1 || elapsed > patienceMs || steps === 1) stepMs = Math.min(stepMs, elapsed);
      if (elapsed > patienceMs) break;
    }
    return { losses, stepMs, engine: session.engine };
  } finally {
    await session.release();
  }
}

/** Largest difference of two series of losses relative to the reference; infinite where a loss is no number. */
export function relativeDifference(losses: readonly number[], reference: readonly number[]): number {
  let worst = 0;
  losses.forEach((loss, index) => {
    const difference = Math.abs(loss - reference[index]) / Math.abs(reference[index]);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  });
  return worst;
}
