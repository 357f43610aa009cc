/** @file Where blocks lie in the arena: values that are never needed at the same time share memory. */

import { type Call, memoryOf } from './calls.js';
import type { Block } from './view.js';

/** Blocks begin at multiples of this many elements: a cache line of 64 bytes. */
const ALIGNMENT = 16;

const aligned = (size: number): number => Math.ceil(Math.max(size, 1) / ALIGNMENT) * ALIGNMENT;

interface Life {
  readonly block: Block;
  readonly size: number;
  first: number;
  last: number;
}

/** First and last step that touches each block's memory. */
function livesOf(steps: readonly (readonly Call[])[], lasting: ReadonlySet<Block>): Life[] {
  const lives = new Map<Block, Life>();
  steps.forEach((calls, step) => {
    for (const call of calls) {
      for (const block of [...call.reads, ...call.writes]) {
        const memory = memoryOf(block);
        const life = lives.get(memory);
        if (life === undefined)
          lives.set(memory, { block: memory, size: aligned(memory.size), first: step, last: step });
        else life.last = step;
      }
    }
  });
  for (const life of lives.values()) if (lasting.has(life.block)) life.last = steps.length;
  return [...lives.values()];
}

/**
 * Results take the memory of a value that dies where they are computed, element by element.
 *
 * @param lasting blocks that are read after the run, or from run to run
 */
export function computeInPlace(calls: readonly Call[], lasting: ReadonlySet<Block>): void {
  const kept = new Set(lasting);
  const last = new Map<Block, number>();
  calls.forEach((call, index) => {
    for (const block of [...call.reads, ...call.writes]) last.set(memoryOf(block), index);
  });
  const writesTo = new Map<Block, number>();
  for (const call of calls)
    for (const block of new Set(call.writes)) writesTo.set(block, (writesTo.get(block) ?? 0) + 1);
  calls.forEach((call, index) => {
    for (const { output, inputs } of call.inPlace) {
      // A block that is written in parts lives from its first part on.
      if (output.kind !== 'value' || output.sharedWith !== null || writesTo.get(output) !== 1) continue;
      for (const input of inputs) {
        const memory = memoryOf(input);
        if (memory.kind !== 'value' || memory === output || kept.has(memory) || last.get(memory) !== index) continue;
        if (call.writes.some((block) => block !== output && memoryOf(block) === memory)) continue;
        output.sharedWith = memory;
        if (kept.has(output)) kept.add(memory);
        last.set(memory, last.get(output) ?? index);
        break;
      }
    }
  });
}

/**
 * Gives every block its offset. Given values and constants come first and stay; the others are placed from the largest
 * down, each at the lowest place that is free for as long as it lives.
 *
 * @param steps calls that run one after another; those of one step run at the same time
 * @param fixed given values and constants
 * @param lasting values that are read after the run
 * @returns length of the arena in elements
 */
export function planMemory(
  steps: readonly (readonly Call[])[],
  fixed: readonly Block[],
  lasting: ReadonlySet<Block>,
): number {
  let start = 0;
  for (const block of fixed) {
    block.offset = start;
    start += aligned(block.size);
  }
  const lives = livesOf(steps, lasting).filter(({ block }) => block.offset === null);
  lives.sort((a, b) => b.size - a.size || a.first - b.first);
  const placed: (Life & { offset: number })[] = [];
  let length = start;
  for (const life of lives) {
    const beside = placed.filter(({ first, last }) => first <= life.last && last >= life.first);
    beside.sort((a, b) => a.offset - b.offset);
    let offset = start;
    for (const other of beside) {
      if (other.offset - offset >= life.size) break;
      offset = Math.max(offset, other.offset + other.size);
    }
    placed.push({ ...life, offset });
    life.block.offset = offset;
    length = Math.max(length, offset + life.size);
  }
  return length;
}
