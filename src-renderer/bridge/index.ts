/** @file The window's only way to main: typed calls and events, checked as they come in. */

import * as v from 'valibot';
import {
  type Answer,
  type Argument,
  type Channel,
  calls,
  type EventData,
  type EventName,
  events,
} from '../../src-main/contract/calls.js';
import type { ErrorReport } from '../../src-main/contract/channels.js';

/** What main refused, in words for a person; shown by `parts/ErrorNotice`. */
export class CallError extends Error {
  constructor(readonly report: ErrorReport) {
    super(report.message);
    this.name = 'CallError';
  }
}

/** Any thrown value as something that can be shown. */
export function toReport(thrown: unknown): ErrorReport {
  if (thrown instanceof CallError) return thrown.report;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message: `Something in Pretext went wrong: ${message}`,
    remedy: 'Try again; if it happens again, report it with the details.',
  };
}

/** @throws CallError what main answered instead. */
export async function call<C extends Channel>(channel: C, argument: Argument<C>): Promise<Answer<C>> {
  // Svelte's reactive objects do not cross process boundaries; their plain copies do.
  const reply = await window.pretext.call(channel, plain(argument));
  if (!reply.ok) throw new CallError(reply.error);
  const parsed = v.safeParse(calls[channel].answer, reply.value);
  if (!parsed.success) {
    const where = v.getDotPath(parsed.issues[0]) ?? '';
    throw new CallError({ code: 'internal', message: `${channel} gave an answer that cannot be read (${where}).` });
  }
  return parsed.output as Answer<C>;
}

function plain<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as T) : value;
}

/** Calls `listener` for every event of that name. @returns stops listening; give it to `$effect` as its clean-up. */
export function listen<E extends EventName>(event: E, listener: (data: EventData<E>) => void): () => void {
  return window.pretext.listen(event, (data) => {
    const parsed = v.safeParse(events[event], data);
    if (parsed.success) listener(parsed.output as EventData<E>);
    else console.error(`${event}: unreadable event`);
  });
}

/** Paths of files and folders that were dropped onto the window. */
export function droppedPaths(transfer: DataTransfer | null): string[] {
  return [...(transfer?.files ?? [])].map((file) => window.pretext.pathOf(file)).filter((path) => path !== '');
}

/** Address of an image as a model reads it, its first frame. */
export function seenUrl(model: string, imageId: number): string {
  return `/data/seen/${model}/${imageId}`;
}

/** Address of the map over it; `version` makes a map that was drawn again be loaded again. */
export function heatmapUrl(model: string, imageId: number, version: number): string {
  return `/data/heatmap/${model}/${imageId}?version=${version}`;
}
