/** @file The diary of a project's jobs, `jobs.jsonl`: one line at each start and end, so that results outlive a restart. */

import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fileError } from '../base/errors.js';
import { type JobInfo, jobInfo } from '../contract/jobs.js';

/** Jobs that the list keeps. */
const KEPT = 100;

function logFile(folder: string): string {
  return join(folder, 'jobs.jsonl');
}

/** Writes how a job stands. @throws PretextError `disk-full` or `unreadable`, naming the file. */
export function writeJob(folder: string, job: JobInfo): void {
  const path = logFile(folder);
  try {
    const descriptor = openSync(path, 'a');
    try {
      // The first line break ends a line that a crash may have torn apart.
      appendFileSync(descriptor, `\n${JSON.stringify(job)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The newest jobs, newest first. One that never ended was lost with the program, unless it is in `running`. */
export function readJobs(folder: string, running: ReadonlySet<string>): JobInfo[] {
  const path = logFile(folder);
  if (!existsSync(path)) return [];
  const jobs = new Map<string, JobInfo>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    try {
      const parsed = v.safeParse(jobInfo, JSON.parse(line));
      if (parsed.success) jobs.set(parsed.output.id, parsed.output);
    } catch {
      // An empty line, or one torn by a crash.
    }
  }
  return [...jobs.values()]
    .map((job) => (job.ended === null && !running.has(job.id) ? { ...job, state: 'lost' as const } : job))
    .sort((a, b) => b.started.localeCompare(a.started))
    .slice(0, KEPT);
}
