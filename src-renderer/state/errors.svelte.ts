/** @file Errors that no screen has a place for: shown as notices over the window until they are closed. */

import type { ErrorReport } from '../../src-main/contract/channels.js';
import { toReport } from '../bridge/index.js';

class Errors {
  shown = $state<{ id: number; report: ErrorReport }[]>([]);
  private next = 0;

  show(thrown: unknown): void {
    const report = toReport(thrown);
    if (this.shown.some((other) => other.report.message === report.message)) return;
    this.shown.push({ id: this.next++, report });
  }

  close(id: number): void {
    this.shown = this.shown.filter((entry) => entry.id !== id);
  }
}

export const errors = new Errors();

/** Runs what a button does; an error becomes a notice. */
export function attempt(act: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    try {
      await act();
    } catch (error) {
      errors.show(error);
    }
  };
}
