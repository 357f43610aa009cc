/** @file Every call and every event between window and main, with the schemas that both sides check. */

import type * as v from 'valibot';
import { appCalls } from './app.js';
import type { CallSchema, Reply } from './channels.js';
import { embeddingCalls } from './embeddings.js';
import { finetuneCalls } from './finetune.js';
import { imageCalls } from './images.js';
import { jobCalls, jobEvents } from './jobs.js';
import { labelCalls, taskCalls } from './labels.js';
import { modelCalls } from './models.js';
import { pixelsCalls } from './pixels.js';
import { projectCalls, projectEvents } from './project.js';
import { readingCalls } from './readings.js';
import { runCalls, runEvents } from './runs.js';
import { suggestCalls } from './suggest.js';

export const calls = {
  ...appCalls,
  ...projectCalls,
  ...imageCalls,
  ...jobCalls,
  ...readingCalls,
  ...finetuneCalls,
  ...runCalls,
  ...taskCalls,
  ...modelCalls,
  ...embeddingCalls,
  ...suggestCalls,
  ...pixelsCalls,
  ...labelCalls,
} satisfies Record<string, CallSchema>;

export const events = {
  ...projectEvents,
  ...jobEvents,
  ...runEvents,
} satisfies Record<string, v.GenericSchema>;

type CallTable = typeof calls;
type EventTable = typeof events;

export type Channel = keyof CallTable;
export type Argument<C extends Channel> = v.InferOutput<CallTable[C]['argument']>;
export type Answer<C extends Channel> = v.InferOutput<CallTable[C]['answer']>;

export type EventName = keyof EventTable;
export type EventData<E extends EventName> = v.InferOutput<EventTable[E]>;

/** What the preload script puts on `window.pretext`; the window checks what comes through it (src-renderer/bridge). */
export interface PretextBridge {
  call(channel: string, argument: unknown): Promise<Reply<unknown>>;
  /** @returns stops listening. */
  listen(event: string, listener: (data: unknown) => void): () => void;
  /** Path of a file that was dropped onto the window; empty where it has none. */
  pathOf(file: File): string;
}
