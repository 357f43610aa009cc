/** @file Runs the built command line in a process of its own, as a user does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentJob } from '../../src-main/base/jobs.js';
import { type SampleStudy, writeSampleStudy } from '../../src-main/sample/study.js';

export const CLI = resolve(process.cwd(), 'out', 'main', 'cli.js');

export type Json = Record<string, unknown>;

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Every line of standard output as JSON; empty without --json. */
  lines: Json[];
}

export interface Started {
  child: ChildProcess;
  done: Promise<Finished>;
}

/** Starts `pretext ARGS`. @param wrap the program that starts it instead of Node, given Node's command line */
export function start(args: readonly string[], wrap: (command: string[]) => string[] = (command) => command): Started {
  const [program, ...rest] = wrap([process.execPath, CLI, ...args]);
  const child = spawn(program as string, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const done = new Promise<Finished>((finish, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      const lines = args.includes('--json') ? stdout.split('\n').filter((line) => line !== '') : [];
      // Of a killed process the last line may be torn.
      if (code === null && !stdout.endsWith('\n')) lines.pop();
      finish({ code, stdout, stderr, lines: lines.map((line) => JSON.parse(line) as Json) });
    });
  });
  return { child, done };
}

export function run(...args: string[]): Promise<Finished> {
  return start(args).done;
}

/** Runs a command with --json that must succeed. @returns its last line */
export async function resultOf(...args: string[]): Promise<Json> {
  const { code, stderr, lines } = await run(...args, '--json');
  const last = lines.at(-1);
  if (code !== 0 || last === undefined) throw new Error(`pretext ${args.join(' ')} ended with ${code}: ${stderr}`);
  return last;
}

/** The smallest encoder that learns anything. */
export const TINY = ['--backbone', 'vit-tiny', '--depth', '1', '--image-size', '32', '--patch-size', '8'];
export const ONE_THREAD = ['--device', 'cpu', '--threads', '1'];

/** A new folder under the system's temporary one. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pretext-cli-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A sample study of 32 x 32 pixels, in `folder`. */
export function tinyStudy(folder: string, patients: number, imagesPerPatient = 2): Promise<SampleStudy> {
  return writeSampleStudy(folder, { seed: 1, side: 32, patients, imagesPerPatient }, silentJob());
}
