/** @file What main or the command line and the trainer process say to each other. All of it is plain data. */

import { type ErrorCode, fileError, PretextError, systemCode } from '../base/errors.js';
import type { Progress } from '../base/jobs.js';
import type { ReaderCall, ReaderNews } from '../dicom/reader-broker.js';
import type { Device } from '../engine/devices.js';
import type { BenchOptions, BenchResult } from './bench.js';
import type { EmbedOptions, EmbedResult } from './embed.js';
import type { RunEvent } from './events.js';
import type { ExplainOptions, ExplainResult } from './explain.js';
import type { FiguresResult } from './figures.js';
import type { FinetuneOptions, FinetuneResult } from './finetune.js';
import type { FinetuneSpeed } from './finetune-plan.js';
import type { TimingOptions } from './finetune-timing.js';
import type { ImportOptions, ImportResult } from './import.js';
import type { MeasureOptions, StepMeasure } from './measure.js';
import type { PredictOptions, PredictResult } from './predict.js';
import type { PretrainOptions, PretrainResult, ResumeOptions } from './pretrain.js';
import type { ReadStudiesOptions, ReadStudiesResult } from './read-studies.js';

/** A job for the trainer, with what it answers. */
export interface JobTypes {
  devices: { request: Record<never, never>; result: Device[] };
  pictures: { request: { project: string; side: number }; result: { pictures: number } };
  import: { request: { project: string; options: ImportOptions }; result: ImportResult };
  pretrain: { request: { project: string; options: PretrainOptions }; result: PretrainResult };
  resume: { request: { project: string; run: string; options: ResumeOptions }; result: PretrainResult };
  finetune: { request: { project: string; options: FinetuneOptions }; result: FinetuneResult };
  timing: { request: { options: TimingOptions }; result: FinetuneSpeed };
  figures: { request: { project: string; models: string[] }; result: FiguresResult };
  explain: { request: { project: string; options: ExplainOptions }; result: ExplainResult };
  exportOnnx: { request: { project: string; model: string; path: string }; result: { bytes: number } };
  report: { request: { project: string; model: string }; result: { html: string } };
  predict: { request: { project: string; options: PredictOptions }; result: PredictResult };
  embed: { request: { project: string; options: EmbedOptions }; result: EmbedResult };
  measure: { request: { options: MeasureOptions }; result: StepMeasure };
  /** Carries out a reading, or goes on with it. */
  read: { request: { project: string; reading: string; options: ReadStudiesOptions }; result: ReadStudiesResult };
  bench: { request: { options: BenchOptions }; result: BenchResult[] };
}

export type JobKind = keyof JobTypes;
export type JobRequest = { [K in JobKind]: { kind: K } & JobTypes[K]['request'] }[JobKind];

/** To the trainer. `stop` asks for a checkpoint and an orderly end. */
export type ToTrainer = JobRequest | { kind: 'stop' } | ReaderNews;

export interface ErrorReport {
  code: ErrorCode;
  message: string;
  path?: string;
  remedy?: string;
}

/** From the trainer; the last message of a job is its result or its error. */
export type FromTrainer =
  | { kind: 'progress'; progress: Progress }
  | { kind: 'event'; run: string; event: RunEvent }
  | { kind: 'result'; value: unknown }
  | { kind: 'error'; error: ErrorReport }
  | ReaderCall;

/** What the operating system refused without anybody having put it in words: at least the file is named. */
function inWords(error: unknown): unknown {
  if (error instanceof PretextError || systemCode(error) === null) return error;
  const path = typeof error === 'object' && error !== null && 'path' in error ? error.path : undefined;
  return typeof path === 'string' ? fileError(error, path) : error;
}

export function toReport(thrown: unknown): ErrorReport {
  const error = inWords(thrown);
  if (error instanceof PretextError) {
    const { code, message, path, remedy } = error;
    return { code, message, ...(path === undefined ? {} : { path }), ...(remedy === undefined ? {} : { remedy }) };
  }
  return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromReport(report: ErrorReport): PretextError {
  return new PretextError(report);
}
