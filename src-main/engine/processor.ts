/**
 * @file What this processor's convolutions look like in ONNX Runtime. Its blocked layout is undocumented, and how many
 * channels make a block depends on the processor (16 with AVX-512, 8 or none elsewhere): a wrong number gives wrong
 * values, not an error. So a small convolution is tried with each and compared with the plain one.
 */

import * as ort from 'onnxruntime-node';
import { Random } from '../base/random.js';
import { topologicalOrder } from '../graph/gradient.js';
import { lowerProgram } from '../graph/onnx.js';
import { conv } from '../graph/ops/conv.js';
import { input } from '../graph/ops/source.js';
import { resultsOf } from '../graph/passes/rewrite.js';
import { type Program, program } from '../graph/program.js';
import type { Processor } from '../graph/tensor.js';

const BLOCKS = [16, 8] as const;
/** Largest difference from the plain convolution, relative to its largest value. */
const TOLERANCE = 1e-5;

/** Two blocks of 16 each way and a map too large for products, with padding. */
const SHAPES = { x: [2, 32, 9, 8], weight: [32, 32, 3, 3] };

async function tried(processor: Processor | undefined): Promise<Float32Array> {
  const x = input('x', SHAPES.x, 'float32');
  const weight = input('weight', SHAPES.weight, 'float32');
  const y = conv(x, weight, { padding: 1 });
  const built = program('channel_block', { inputs: [x, weight], outputs: { y } });
  const { model, outputNames } = lowerProgram(built, processor === undefined ? {} : { processor });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const random = new Random(0);
    const noise = ({ size, shape }: typeof x) =>
      new ort.Tensor(
        'float32',
        Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
        [...shape],
      );
    const results = await session.run({ x: noise(x), weight: noise(weight) });
    return (results[outputNames.y].data as Float32Array).slice();
  } finally {
    await session.release();
  }
}

async function find(): Promise<Processor> {
  try {
    const plain = await tried(undefined);
    const largest = plain.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const channelBlock of BLOCKS) {
      const values = await tried({ channelBlock }).catch(() => null);
      const agrees = values?.every((value, index) => Math.abs(value - plain[index]) <= TOLERANCE * largest) ?? false;
      if (agrees) return { channelBlock };
    }
  } catch {
    // Where not even the plain convolution runs, the program itself will say so.
  }
  return { channelBlock: null };
}

let found: Promise<Processor> | null = null;

/** This processor; tried once in a process. */
export function thisProcessor(): Promise<Processor> {
  found ??= find();
  return found;
}

/** Whether a program's lowering depends on the processor. */
export const hasConvolutions = (program: Program): boolean =>
  topologicalOrder(resultsOf(program)).some(({ definition: { name } }) => name === 'conv' || name === 'convTranspose');
