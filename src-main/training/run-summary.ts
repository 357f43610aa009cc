/** @file How each run of a project stands, read from the end of its diary: cheap however long the run was. */

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { fileError, PretextError, systemCode } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { appendEvent, mendEvents, parseEvent, type RunEvent } from './events.js';
import { listRuns, type RunConfig, type RunPaths, readRun, runPaths } from './run-store.js';

/**
 * `failed`: it ended without an end of its own, by an error or because its process died. `discarded`: the user ended
 * it for good.
 */
export type RunState = 'running' | 'paused' | 'finished' | 'failed' | 'discarded';

export interface RunSummary {
  config: RunConfig;
  state: RunState;
  /** Steps done. */
  step: number;
  /** Loss of the last step, null before the first one or where it was not finite. */
  loss: number | null;
  /** Whether it has weights to build on: an encoder or a checkpoint. */
  usable: boolean;
  note: string;
}

/** Enough for some hundred events; the last of them tell how the run stands. */
const TAIL_BYTES = 32 * 1024;

/** The last events of a diary, in order. */
function lastEvents(path: string): RunEvent[] {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(error, path);
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    if (size > TAIL_BYTES) lines.shift();
    return lines.map(parseEvent).filter((event): event is RunEvent => event !== null);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    closeSync(descriptor);
  }
}

function stateOf(events: readonly RunEvent[], running: boolean): RunState {
  if (running) return 'running';
  for (const { event } of [...events].reverse()) {
    if (event === 'finished' || event === 'paused' || event === 'discarded') return event;
    // After these the run went on and did not come to an end.
    if (event === 'step' || event === 'started') return 'failed';
  }
  return 'failed';
}

function hasCheckpoint({ checkpoints }: RunPaths): boolean {
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => /^step-\d+\.json$/.test(name));
}

/** The note of a run; empty where there is none. */
export function readNote(project: Project, id: string): string {
  const { note } = runPaths(project, id);
  try {
    return readFileSync(note, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw fileError(error, note);
  }
}

/** Replaces the note of a run. @throws PretextError `not-found`, `disk-full` */
export function writeNote(project: Project, id: string, note: string): void {
  readRun(project, id);
  writeFileAtomic(runPaths(project, id).note, [note]);
}

/**
 * Marks a run as ended for good, by the user. Nothing of it is removed.
 *
 * @throws PretextError `not-found`, `project-busy` while a process trains it, `disk-full`
 */
export function discardRun(project: Project, id: string): void {
  const { state, step } = summariseRun(project, id);
  if (state === 'running') {
    throw new PretextError({
      code: 'project-busy',
      message: 'This run is being trained at this moment.',
      remedy: 'Pause it first.',
    });
  }
  if (state === 'discarded') return;
  const { events } = runPaths(project, id);
  mendEvents(events);
  appendEvent(events, { event: 'discarded', step });
}

/** How one run stands. @throws PretextError `not-found`, `bad-file` */
export function summariseRun(project: Project, id: string): RunSummary {
  const config = readRun(project, id);
  const paths = runPaths(project, id);
  const events = lastEvents(paths.events);
  const last = events.filter((event) => event.event === 'step').at(-1);
  return {
    config,
    state: stateOf(events, project.isBusyWith(`run-${id}`)),
    step: events.at(-1)?.step ?? 0,
    loss: last !== undefined && Number.isFinite(last.loss) ? last.loss : null,
    usable: existsSync(paths.encoder) || hasCheckpoint(paths),
    note: readNote(project, id),
  };
}

/** Every run of the project, newest first; one whose configuration is damaged is left out. */
export function summariseRuns(project: Project): RunSummary[] {
  const summaries: RunSummary[] = [];
  for (const id of listRuns(project).reverse()) {
    try {
      summaries.push(summariseRun(project, id));
    } catch (error) {
      console.error(`run ${id} cannot be read:`, error);
    }
  }
  return summaries;
}
