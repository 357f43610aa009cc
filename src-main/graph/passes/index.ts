/**
 * @file The passes that every program goes through before an engine gets it. Each is a function from a program to one
 * with the same inputs, state and results; each can be left out, and the results stay equal but for rounding.
 *
 * Code that no result needs is not part of a graph: an operation is reached from the results or not at all.
 */

import { topologicalOrder } from '../gradient.js';
import type { Program } from '../program.js';
import { fuseSums, simplify } from './algebra.js';
import { commonSubexpressions } from './common.js';
import { foldConstants } from './fold.js';
import { removeDeadMoves } from './parts.js';
import { resultsOf } from './rewrite.js';

/** In the order in which they are applied. */
export const PASSES = {
  fold: foldConstants,
  algebra: simplify,
  parts: removeDeadMoves,
  common: commonSubexpressions,
  sums: fuseSums,
} as const satisfies Readonly<Record<string, (program: Program) => Program>>;

export type PassName = keyof typeof PASSES;
export const PASS_NAMES = Object.keys(PASSES) as PassName[];

/** One pass gives another something to do; more rounds than this have not been seen to help. */
const MOST_ROUNDS = 4;

const operationCount = (program: Program): number => topologicalOrder(resultsOf(program)).length;

/**
 * Applies passes in rounds until the graph no longer shrinks.
 *
 * @param without passes to leave out
 */
export function applyPasses(program: Program, without: readonly PassName[] = []): Program {
  const chosen = PASS_NAMES.filter((name) => !without.includes(name));
  let current = program;
  let count = operationCount(program);
  for (let round = 0; round < MOST_ROUNDS && chosen.length > 0; round++) {
    for (const name of chosen) current = PASSES[name](current);
    const now = operationCount(current);
    if (now >= count) break;
    count = now;
  }
  return current;
}
