/** @file Two engines trained the same program alike: what tests of a second engine end with. */

import { expect } from 'vitest';
import { relativeDifference, stateDifference, type Trained } from './vit-training.js';

/** Largest difference of losses and gradient norms (relative) and of state (absolute) between two engines. */
const TOLERANCE = 1e-3;

/** Compares a training with another engine's, and says by how much they differ. */
export function expectSameTraining(what: string, actual: Trained, reference: Trained): void {
  const ofLosses = relativeDifference(actual.losses, reference.losses);
  const ofNorms = relativeDifference(actual.gradientNorms, reference.gradientNorms);
  const ofState = stateDifference(actual.state, reference.state);
  console.info(`${what}: losses ${ofLosses}, gradient norms ${ofNorms}; state, absolute: ${ofState}`);
  expect(actual.losses.length).toBeGreaterThan(0);
  expect(ofLosses).toBeLessThan(TOLERANCE);
  expect(ofNorms).toBeLessThan(TOLERANCE);
  expect(ofState).toBeLessThan(TOLERANCE);
}
