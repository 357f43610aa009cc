/** @file Runs the window's long jobs in trainer processes: a queue, progress, stop, and how they ended. */

import { PretextError } from '../base/errors.js';
import type { ErrorReport } from '../contract/channels.js';
import type { JobInfo, JobKind } from '../contract/jobs.js';
import { type JobListener, runJob } from '../training/client.js';
import type { RunEvent } from '../training/events.js';
import { type JobTypes, type JobKind as TrainerJob, toReport } from '../training/protocol.js';
import { newId } from '../training/run-store.js';
import { readJobs, writeJob } from './job-log.js';
import { startTrainer } from './trainer-process.js';

/** What a job of the window is, beside the trainer's own job. */
export interface JobPlan<K extends TrainerJob> {
  kind: JobKind;
  /** What it works on, for the list of jobs. */
  subject: string;
  /** The project it belongs to. */
  folder: string;
  work: K;
  request: JobTypes[K]['request'];
  /** The run that it trains, where that is known before it starts. */
  run?: string;
  /** A job of many that is kept in the list only where it fails. */
  passing?: boolean;
  /** What of the result is kept in the list. */
  outcome?(result: JobTypes[K]['result']): { product?: string; figures?: Record<string, number>; stopped?: boolean };
  onEvent?(run: string, event: RunEvent): void;
  /** Told after the job ended in any way, before waiting jobs start. */
  onEnd?(job: JobInfo): void;
}

interface Entry {
  info: JobInfo;
  folder: string;
  passing: boolean;
  abort: AbortController;
  kill: AbortController;
  /** Process id of its trainer, once it runs. */
  pid: number | null;
  start(): Promise<void>;
  onEnd: ((job: JobInfo) => void) | undefined;
  ended: Promise<void>;
}

/** Reading scans keeps the disk busy, training the processor: one of each may run at a time, and a short question. */
type Lane = 'reading' | 'training' | 'explaining';

function lanesOf(kind: JobKind): readonly Lane[] {
  switch (kind) {
    case 'import':
      return ['reading'];
    // New studies are taken in before the model reads them.
    case 'predict':
      return ['reading', 'training'];
    // Seconds of work that somebody waits for; it need not wait for hours of training.
    case 'explain':
      return ['explaining'];
    default:
      return ['training'];
  }
}

export class JobRunner {
  private readonly entries = new Map<string, Entry>();
  private isClosing = false;

  /** @param onChanged told whenever a job's state or progress changes */
  constructor(private readonly onChanged: (job: JobInfo) => void) {}

  /** Whether jobs are refused, as they are from the moment at which the window closes until one opens again. */
  set closing(closing: boolean) {
    this.isClosing = closing;
  }

  /**
   * Queues a job and starts it when its turn comes.
   *
   * @returns its id
   * @throws PretextError `cancelled` while the window closes.
   */
  start<K extends TrainerJob>(plan: JobPlan<K>): string {
    if (this.isClosing) throw new PretextError({ code: 'cancelled', message: 'Pretext is closing.' });
    const info: JobInfo = {
      id: newId(plan.kind),
      kind: plan.kind,
      subject: plan.subject,
      started: new Date().toISOString(),
      ended: null,
      state: 'waiting',
      progress: null,
      error: null,
      run: plan.run ?? null,
      product: null,
      figures: {},
    };
    let finished: () => void = () => undefined;
    const entry: Entry = {
      info,
      folder: plan.folder,
      passing: plan.passing === true,
      abort: new AbortController(),
      kill: new AbortController(),
      pid: null,
      onEnd: plan.onEnd,
      start: () => this.run(entry, plan).finally(() => finished()),
      ended: new Promise((resolve) => {
        finished = resolve;
      }),
    };
    this.entries.set(info.id, entry);
    this.onChanged(info);
    this.startNext();
    return info.id;
  }

  /** Running and waiting jobs of a project in the order they came, then the newest that ended. */
  list(folder: string): JobInfo[] {
    const live = [...this.entries.values()].filter((entry) => entry.folder === folder).map(({ info }) => info);
    const ids = new Set(live.map(({ id }) => id));
    return [...live, ...readJobs(folder, ids).filter(({ id }) => !ids.has(id))];
  }

  /** Jobs that run or wait, of any project. */
  get live(): JobInfo[] {
    return [...this.entries.values()].map(({ info }) => info);
  }

  /** Process ids of the trainers that run now. */
  get processes(): number[] {
    return [...this.entries.values()].map(({ pid }) => pid).filter((pid) => pid !== null);
  }

  /** @throws PretextError `not-found` where the job has ended already. */
  stop(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) {
      throw new PretextError({ code: 'not-found', message: 'This job has ended already.' });
    }
    if (entry.info.state === 'waiting') {
      this.end(entry, { state: 'stopped' });
      return;
    }
    entry.abort.abort();
    this.change(entry, { state: 'stopping' });
  }

  /** Takes no more jobs, asks every job to stop and waits until all have, at most `patienceMs`; then ends them. */
  async stopAll(patienceMs: number): Promise<void> {
    this.closing = true;
    const entries = [...this.entries.values()];
    const ended = Promise.all(entries.filter(({ info }) => info.state !== 'waiting').map((entry) => entry.ended));
    for (const { info } of entries) this.stop(info.id);
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
    });
    const late = (await Promise.race([ended, enough])) === 'late';
    clearTimeout(timer);
    if (late) for (const entry of entries) entry.kill.abort();
  }

  private startNext(): void {
    const entries = [...this.entries.values()];
    const started = entries.filter(({ info }) => info.state !== 'waiting');
    const busy = new Set(started.flatMap(({ info }) => lanesOf(info.kind)));
    for (const entry of entries) {
      if (entry.info.state !== 'waiting') continue;
      const lanes = lanesOf(entry.info.kind);
      if (lanes.some((lane) => busy.has(lane))) continue;
      for (const lane of lanes) busy.add(lane);
      void entry.start();
    }
  }

  private async run<K extends TrainerJob>(entry: Entry, plan: JobPlan<K>): Promise<void> {
    const listener: JobListener = {
      signal: entry.abort.signal,
      kill: entry.kill.signal,
      onStarted: (pid) => {
        entry.pid = pid;
      },
      onProgress: (progress) => this.change(entry, { progress }),
      onEvent: (run, event) => {
        if (entry.info.run !== run) this.change(entry, { run });
        plan.onEvent?.(run, event);
      },
    };
    try {
      this.change(entry, { state: 'running', started: new Date().toISOString() });
      if (!entry.passing) writeJob(entry.folder, entry.info);
      const result = await runJob(plan.work, plan.request, listener, startTrainer);
      const { product, figures, stopped } = plan.outcome?.(result) ?? {};
      const state = stopped === true ? 'stopped' : 'done';
      this.end(entry, { state, product: product ?? null, figures: figures ?? {} });
    } catch (error) {
      const report = toReport(error);
      // A cancelled job is what the user asked for; everything it did so far is kept.
      if (report.code === 'cancelled') this.end(entry, { state: 'stopped' });
      else this.end(entry, { state: 'failed', error: inTheWindow(report, entry.info) });
    }
  }

  private change(entry: Entry, change: Partial<JobInfo>): void {
    entry.info = { ...entry.info, ...change };
    this.onChanged(entry.info);
  }

  private end(entry: Entry, change: Partial<JobInfo>): void {
    entry.info = { ...entry.info, ...change, ended: new Date().toISOString() };
    this.entries.delete(entry.info.id);
    try {
      if (!entry.passing || entry.info.state === 'failed') writeJob(entry.folder, entry.info);
    } catch (error) {
      // The disk is full: the job's own results are safe, only the list forgets it at the next start.
      entry.info = { ...entry.info, error: entry.info.error ?? toReport(error) };
    }
    this.onChanged(entry.info);
    entry.onEnd?.(entry.info);
    this.startNext();
  }
}

/** The remedy for a training process that died is a button here, not a command. */
function inTheWindow(report: ErrorReport, { run }: JobInfo): ErrorReport {
  if ((report.code !== 'device' && report.code !== 'out-of-memory') || run === null) return report;
  return { ...report, remedy: 'Nothing is lost: resume the run, and it goes on from its last checkpoint.' };
}
