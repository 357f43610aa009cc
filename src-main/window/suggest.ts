/** @file Answers calls about what to label next. */

import type { suggestCalls } from '../contract/suggest.js';
import { Suggester } from '../training/suggest.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** Suggestions are to be the same when they are asked for again. */
const SEED = 0;

export function answerSuggest(workbench: Workbench): Handlers<keyof typeof suggestCalls> {
  const suggester = new Suggester();
  return {
    'suggest:next': ({ task, mode, count, skip }) =>
      suggester.next(workbench.project, { task, mode, count, skip, seed: SEED }),
  };
}
