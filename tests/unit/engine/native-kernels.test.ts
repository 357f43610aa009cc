/**
 * @file Every op that the native engine plans gives ONNX Runtime's numbers: values, gradients and, where they can be
 * planned, gradients of gradients of the cases of tests/unit/graph/support/op-cases.ts; and whole training steps give its
 * losses. What cannot be planned is listed, so that an op that is lost is noticed.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planProgram } from '../../../src-main/engine/native-session.js';
import { nativeDifference } from '../../../src-main/engine/native-use.js';
import { ProgramSession } from '../../../src-main/engine/session.js';
import { program } from '../../../src-main/graph/program.js';
import type { Tensor } from '../../../src-main/graph/tensor.js';
import { Unplannable } from '../../../src-main/native/plan.js';
import { CNN_TRAININGS, trainCnn } from '../../helpers/cnn-training.js';
import { allOutputs, disagreement, toleranceOf } from '../../helpers/disagreement.js';
import { addonOrWarning, evaluateNatively, openNatively } from '../../helpers/run-native.js';
import { type On, relativeDifference, type Trained, trainVit } from '../../helpers/vit-training.js';
import { Draw } from '../graph/support/draw.js';
import { OP_CASES } from '../graph/support/op-cases.js';

/** Why values or gradients of a case cannot be planned; of every other case, gradients of gradients can be as well. */
const NOT_PLANNED: Readonly<Record<string, string>> = {
  maxUnpool: 'places that no maxPool of the program gives',
};

const RUNS = { seed: 11, numRuns: 6, endOnFailure: true };
const THREADS = [1, 3];

const addon = addonOrWarning();

/** Why outputs cannot be planned, or null. */
function obstacle(inputs: readonly Tensor[], outputs: Record<string, Tensor>): string | null {
  try {
    planProgram(program('test', { inputs, outputs }));
    return null;
  } catch (error) {
    if (error instanceof Unplannable) return error.message;
    throw error;
  }
}

describe(`values, gradients and gradients of gradients${addon === null ? ' (planned only: there is no addon)' : ''}`, () => {
  test.each(Object.keys(OP_CASES))('%s', async (name) => {
    let turn = 0;
    const property = fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = Draw.from(generate);
      const { inputs, output, values } = OP_CASES[name](draw, 'float32');
      const outputs = allOutputs({ inputs, output, values }, draw);
      if (addon === null || name in NOT_PLANNED) {
        expect(obstacle(inputs, outputs)).toBe(NOT_PLANNED[name] ?? null);
        return;
      }
      const other = evaluateNatively(addon, THREADS[turn++ % THREADS.length]);
      expect(await disagreement(other, inputs, outputs, values)).toBeLessThan(toleranceOf(name));
    });
    await fc.assert(property, RUNS);
  });
});

describe.skipIf(addon === null)('ten steps give the losses of ONNX Runtime', () => {
  const native = addon as NonNullable<typeof addon>;
  const STEPS = 10;
  const onnx: On = (built) => ProgramSession.create(built, { provider: 'cpu', threads: 1 });
  const own =
    (threads: number): On =>
    (built) =>
      openNatively(native, built, threads);
  const trainings: Record<string, (on: On) => Promise<Trained>> = {
    'masked inpainting with a transformer': (on) => trainVit(on, STEPS),
  };
  for (const [what, make] of Object.entries(CNN_TRAININGS)) trainings[what] = (on) => trainCnn(on, make(), STEPS);

  test.each(Object.keys(trainings))('%s', async (what) => {
    const expected = await trainings[what](onnx);
    const one = await trainings[what](own(1));
    expect(relativeDifference(one.losses, expected.losses)).toBeLessThan(1e-4);
    expect(relativeDifference(one.gradientNorms, expected.gradientNorms)).toBeLessThan(1e-3);
    // The same bits on any number of threads.
    expect(await trainings[what](own(3))).toEqual(one);
  });

  test('the self-check', async () => {
    expect(await nativeDifference(native)).toBeLessThan(1e-5);
  });
});
