/**
 * @file What the command line says. For people: results on standard output, progress and remarks on standard error.
 * For machines (`--json`): one JSON object per line on standard output, the last one the result or the error.
 */

import { PretextError } from '../base/errors.js';
import type { Progress } from '../base/jobs.js';
import { toReport } from '../training/protocol.js';
import { formatCount, formatDuration } from './format.js';

/** What the terminal writes to; `process.stdout` and `process.stderr` are such. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Sinks {
  out: Sink;
  err: Sink;
}

/** Under every figure that could be mistaken for a diagnosis. */
export const RESEARCH_USE_ONLY = 'Research use only: not a medical device, not for diagnosis or treatment.';

const BAR_WIDTH = 24;
/** A screen is redrawn, and a machine told, at most this often, in milliseconds. */
const REDRAW_MS = 200;
/** A log file gets a line at most this often, in milliseconds. */
const LOG_MS = 10_000;

const REPORT_REQUEST =
  'This is a defect of Pretext. Please report it to the people who maintain it, with this message, the version ' +
  '(pretext --version) and the command; the same command with PRETEXT_DEBUG=1 set shows the details to add.';

/** Names of files and what files say of themselves may hold control characters that a terminal obeys. */
function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

export class Terminal {
  private barLength = 0;
  private phase = '';
  private spoken = Number.NEGATIVE_INFINITY;

  constructor(
    readonly json: boolean,
    private readonly sinks: Sinks,
  ) {}

  /** Something that happened, for machines alone. */
  event(event: object): void {
    if (this.json) this.sinks.out.write(`${JSON.stringify(event)}\n`);
  }

  /** A remark for people while the work goes on; machines get it as an event. */
  note(text: string): void {
    this.event({ event: 'note', message: text });
    if (this.json) return;
    this.clearBar();
    this.sinks.err.write(`${harmless(text)}\n`);
  }

  /** How far the work is. @param detail more for people, such as the loss */
  progress(progress: Progress, detail = ''): void {
    const { phase, done, total } = progress;
    const now = Date.now();
    const begins = phase !== this.phase;
    const ends = done === total;
    const interval = this.json || this.sinks.err.isTTY ? REDRAW_MS : LOG_MS;
    if (!begins && !ends && now - this.spoken < interval) return;
    this.phase = phase;
    this.spoken = now;
    if (this.json) {
      this.event({ event: 'progress', ...progress });
      return;
    }
    const text = progressText(progress, detail);
    if (!this.sinks.err.isTTY) {
      this.sinks.err.write(`${text}\n`);
      return;
    }
    const line = `${progressBar(done, total)}${text}`.slice(0, (this.sinks.err.columns ?? 80) - 1);
    this.sinks.err.write(`\r${line.padEnd(this.barLength)}`);
    this.barLength = line.length;
    if (!ends) return;
    this.sinks.err.write('\n');
    this.barLength = 0;
  }

  /** The result: one JSON line, or a text for people. */
  result(value: object, text: string): void {
    this.clearBar();
    this.sinks.out.write(this.json ? `${JSON.stringify(value)}\n` : `${harmless(text)}\n`);
  }

  /** A failure: what, which file, what to do about it. The stack is shown with PRETEXT_DEBUG=1 alone. */
  error(error: unknown): void {
    this.clearBar();
    const report = toReport(error);
    const debug = process.env.PRETEXT_DEBUG === '1';
    const defect = report.code === 'internal';
    if (defect) {
      const [first] = report.message.split('\n');
      if (!debug) report.message = first ?? report.message;
      report.remedy ??= REPORT_REQUEST;
    }
    this.event({ error: report });
    this.sinks.err.write(`pretext: ${harmless(new PretextError(report).describe())}\n`);
    if (!debug || !(error instanceof Error)) return;
    this.sinks.err.write(`${error.stack ?? ''}\n`);
    if (error.cause !== undefined) this.sinks.err.write(`caused by ${String(error.cause)}\n`);
  }

  private clearBar(): void {
    if (this.barLength === 0) return;
    this.sinks.err.write('\n');
    this.barLength = 0;
  }
}

function progressBar(done: number, total: number | null): string {
  if (total === null || total === 0) return '';
  const filled = Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}

function progressText({ phase, done, total, etaSeconds }: Progress, detail: string): string {
  const count = total === null ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`;
  const left = etaSeconds === null || done === total ? '' : `, ${formatDuration(etaSeconds)} left`;
  return `${phase}: ${count}${detail}${left}`;
}
