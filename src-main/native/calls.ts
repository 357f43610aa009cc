/** @file Kernel calls before memory is planned: parameters name views of blocks, not offsets. */

import { floatWord } from './expression.js';
import type { Block, View } from './view.js';

/** A parameter: a number, or where a view begins. */
export type Word = number | View;

export const NONE = -1;

/** A float32 as a parameter. */
export const real = floatWord;

/** How a kernel that computes row by row touches a view. */
export interface RowAccess {
  readonly view: View;
  /** Elements from one row to the next. */
  readonly stride: number;
}

export interface RowKernel {
  readonly rows: number;
  /** What it reads and writes row by row. */
  readonly byRow: readonly RowAccess[];
  /** What it reads as a whole before the first row. */
  readonly whole: readonly View[];
}

export interface Call {
  readonly kernel: string;
  readonly label: string;
  readonly reads: readonly Block[];
  readonly writes: readonly Block[];
  /** Results that may take the memory of a value of the same elements, where that dies here. */
  readonly inPlace: readonly { readonly output: Block; readonly inputs: readonly Block[] }[];
  /** Null for a kernel that does not compute row by row; given a number of rows where it can take any. */
  readonly rows: (wanted: number | null) => RowKernel | null;
  readonly words: (rows: number | null) => readonly Word[];
}

/** The block whose memory a block has. */
export function memoryOf(block: Block): Block {
  let current = block;
  while (current.sharedWith !== null) current = current.sharedWith;
  return current;
}
