/**
 * @file Training on TensorFlow.js with TensorFlow's own library gives ONNX Runtime's numbers, and leaves nothing
 * behind. Needs @tensorflow/tfjs-node; where its install cannot download TensorFlow: node scripts/build-tfjs-node.mjs
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { trainOn } from '../../src-main/engine/devices.js';
import { checkedSize, selfCheckProgram } from '../../src-main/engine/self-check.js';
import { loadTfjs, tfjsAbsence } from '../../src-main/engine/tfjs.js';
import { CNN_TRAININGS, trainCnn } from '../helpers/cnn-training.js';
import { toleranceOf } from '../helpers/disagreement.js';
import { disagreementOfCase } from '../helpers/run-tfjs.js';
import { expectSameTraining } from '../helpers/same-training.js';
import { trainVit } from '../helpers/vit-training.js';
import { Draw } from '../unit/graph/support/draw.js';
import { OP_CASES } from '../unit/graph/support/op-cases.js';

const absence = tfjsAbsence('tfjs-cpu');

beforeAll(() => {
  if (absence !== null) console.warn(`Tests of native TensorFlow.js are skipped: ${absence}`);
});

describe('native TensorFlow.js (skipped where it is not installed)', () => {
  test('ten steps of masked inpainting give ONNX Runtime’s losses, gradient norms and state', async (context) => {
    context.skip(absence !== null, absence ?? '');
    expectSameTraining('masked inpainting', await trainVit('tfjs-cpu', 10), await trainVit('cpu', 10));
  });

  for (const [name, make] of Object.entries(CNN_TRAININGS)) {
    test(`ten steps of ${name} give ONNX Runtime’s losses on the CPU, gradient norms and state`, async (context) => {
      context.skip(absence !== null, absence ?? '');
      expectSameTraining(name, await trainCnn('tfjs-cpu', make(), 10), await trainCnn('cpu', make(), 10));
    });
  }

  test('every op gives ONNX Runtime’s values and gradients', async (context) => {
    context.skip(absence !== null, absence ?? '');
    const tf = loadTfjs('tfjs-cpu', 1);
    const wrong: string[] = [];
    for (const [name, make] of Object.entries(OP_CASES)) {
      const property = fc.asyncProperty(fc.gen(), async (generate) => {
        const draw = Draw.from(generate);
        expect(await disagreementOfCase(tf, make(draw, 'float32'), draw)).toBeLessThan(toleranceOf(name));
      });
      const { failed, errorInstance } = await fc.check(property, { seed: 17, numRuns: 4, endOnFailure: true });
      if (failed) wrong.push(`${name}: ${errorInstance}`);
    }
    expect(wrong).toEqual([]);
  });

  test('no tensor is left over', async (context) => {
    context.skip(absence !== null, absence ?? '');
    const tf = loadTfjs('tfjs-cpu', 1);
    const before = tf.memory().numTensors;
    await trainOn('tfjs-cpu', selfCheckProgram(checkedSize), 20);
    expect(tf.memory().numTensors).toBe(before);
  });
});
