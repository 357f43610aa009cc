/** @file A run's diary: one JSON object per line, append only; the window and the command line read the same. */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileError } from '../base/errors.js';

/**
 * What a run warns of: broken numbers, an encoder that sees no differences, a loss that no longer moves, a batch that
 * does not fit into memory.
 */
export type Alarm = 'not-finite' | 'collapse' | 'no-progress' | 'memory';

/** What a training job tells while it runs. Every event carries its time (ISO 8601, UTC) in the file. */
export type RunEvent =
  | {
      event: 'started';
      step: number;
      totalSteps: number;
      device: string;
      /** What computes on the device; absent in diaries of before. */
      engine?: string;
      threads: number;
      resumed: boolean;
    }
  | {
      event: 'step';
      step: number;
      epoch: number;
      loss: number;
      learningRate: number;
      gradientNorm: number;
      monitors: Record<string, number>;
    }
  /** The run started from weights made elsewhere: what was and was not taken. */
  | { event: 'weights'; step: number; message: string }
  | { event: 'speed'; step: number; imagesPerSecond: number; etaSeconds: number }
  | { event: 'checkpoint'; step: number }
  | { event: 'alarm'; step: number; alarm: Alarm; message: string }
  /** A set of pictures of what the run has learnt so far was written; see `preview.ts`. */
  | { event: 'preview'; step: number; name: string }
  | { event: 'paused'; step: number }
  /** The user ended the run for good; what it learnt is kept. */
  | { event: 'discarded'; step: number }
  | { event: 'finished'; step: number; loss: number };

/** Appends one event. @throws PretextError `disk-full` or `unreadable`, naming the file. */
export function appendEvent(path: string, event: RunEvent): void {
  try {
    appendFileSync(path, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  } catch (error) {
    throw fileError(error, path);
  }
}

function isRunEvent(value: unknown): value is RunEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'event' in value &&
    typeof value.event === 'string' &&
    'step' in value &&
    typeof value.step === 'number'
  );
}

/** The event of one line; null for an empty line, or one that was torn by a crash. */
export function parseEvent(line: string): RunEvent | null {
  if (line === '') return null;
  try {
    const value: unknown = JSON.parse(line);
    return isRunEvent(value) ? value : null;
  } catch {
    return null;
  }
}

/** All events in the order they were written; a line torn by a crash is left out. */
export function readEvents(path: string): RunEvent[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map(parseEvent).filter((event): event is RunEvent => event !== null);
}

/** Starts a new line where a crash left half of one, so that the next event is not lost with it. */
export function mendEvents(path: string): void {
  if (!existsSync(path)) return;
  const content = readFileSync(path);
  if (content.length > 0 && content[content.length - 1] !== 10) appendFileSync(path, '\n');
}

/** Loss of every step; where a run was resumed before some steps, the later value counts. */
export function lossCurve(events: readonly RunEvent[]): { step: number; loss: number }[] {
  const losses = new Map<number, number>();
  for (const event of events) if (event.event === 'step') losses.set(event.step, event.loss);
  return [...losses].sort(([a], [b]) => a - b).map(([step, loss]) => ({ step, loss }));
}
