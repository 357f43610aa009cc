/** @file Mutated files through the reader pool and the import, with what each took. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentJob } from '../../src-main/base/jobs.js';
import { Random } from '../../src-main/base/random.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { Project } from '../../src-main/catalogue/project.js';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { writeImage } from '../unit/dicom/writer.js';
import { MUTATIONS } from './mutations.js';
import type { Seed } from './seeds.js';

export interface Mutant {
  /** Says how it is made again. */
  name: string;
  bytes: Buffer;
}

export interface Outcome {
  files: number;
  added: number;
  refused: number;
  /** Files whose header is good and whose pixels are refused. */
  undecodable: number;
  /** By processor time of the reader where the system tells it, else by the clock. */
  slowest: { name: string; ms: number };
  /** Peak resident memory of a reader, MiB; 0 where the system does not tell. */
  peakMb: number;
  /** Readers that had to be replaced. */
  replaced: number;
  /** Reasons that are not words of this program: findings. */
  complaints: string[];
}

const NAMES = Object.keys(MUTATIONS);
/** Files that are made, read and imported together. */
const BATCH = 500;

/** Cut number `number` of all files after each of their bytes, smallest file first; null after the last. */
function truncation(seeds: readonly Seed[], number: number): Mutant | null {
  let length = number;
  for (const { name, bytes } of seeds) {
    if (length < bytes.length) return { name: `${name} cut to ${length}`, bytes: bytes.subarray(0, length) };
    length -= bytes.length;
  }
  return null;
}

/** Mutations one after the other, one to three at once; number `index` is always the same file. */
function mutant(seeds: readonly Seed[], seed: number, index: number): Mutant {
  const random = new Random(seed, 0xf022, index);
  const base = seeds[random.below(seeds.length)] as Seed;
  const other = seeds[random.below(seeds.length)] as Seed;
  const kinds = [NAMES[index % NAMES.length] as string];
  while (kinds.length < 3 && random.below(3) === 0) kinds.push(NAMES[random.below(NAMES.length)] as string);
  let { bytes } = base;
  for (const kind of kinds) if (bytes.length > 0) bytes = MUTATIONS[kind]?.(bytes, random, other.bytes) ?? bytes;
  return { name: `${index}: ${base.name} ${kinds.join(' ')}`, bytes };
}

/** Of each so many files of the campaign, so many are cut. */
const ROUND = 5;
const CUT = 2;

/** Files `first` to `first + count` of the campaign; each is the same whatever range it is made in. */
export function* campaignFiles(seeds: readonly Seed[], seed: number, first: number, count: number): Generator<Mutant> {
  const bySize = [...seeds].sort((a, b) => a.bytes.length - b.bytes.length);
  for (let index = first; index < first + count; index++) {
    const [round, place] = [Math.floor(index / ROUND), index % ROUND];
    const cut = place < CUT ? truncation(bySize, round * CUT + place) : null;
    yield cut ?? mutant(seeds, seed, place < CUT ? index : round * (ROUND - CUT) + place - CUT);
  }
}

/** The most memory that a process ever had, MiB. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Processor time of a process so far, milliseconds; null where the system does not tell. */
function processorMs(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // Fields 14 and 15 of proc(5), in hundredths of a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** Whether a reason says that something happened which this program does not foresee. */
function isComplaint(reason: string): boolean {
  return /unexpectedly|took longer|could not be read \(/.test(reason);
}

/** Runs all of `mutants`. @param folder is filled and emptied; the project lies in it */
export async function runCampaign(mutants: Iterable<Mutant>, folder: string): Promise<Outcome> {
  const outcome: Outcome = {
    files: 0,
    added: 0,
    refused: 0,
    undecodable: 0,
    slowest: { name: '', ms: 0 },
    peakMb: 0,
    replaced: 0,
    complaints: [],
  };
  const project = Project.open(join(folder, 'project'), { create: true });
  // One reader, so that its time and memory are one file's; by the clock it has what a busy machine may need.
  const pool = new DecodePool({ workers: 1, timeLimitMs: 120_000 });
  /** Processor time of each reader, as it was last seen. */
  const readers = new Map<number, number>();
  const watch = setInterval(() => {
    for (const pid of pool.pids) {
      readers.set(pid, processorMs(pid) ?? readers.get(pid) ?? 0);
      outcome.peakMb = Math.max(outcome.peakMb, peakOf(pid));
    }
  }, 5);

  /** A good file, to start a reader with, so that no file is charged with the start of its reader. */
  const starter = join(folder, 'starter.dcm');
  writeFileSync(starter, writeImage());

  const timed = async <R extends { ok: boolean; reason?: string }>(name: string, work: Promise<R>): Promise<R> => {
    if (pool.pids.length === 0) await pool.readHeader(starter);
    const start = performance.now();
    const [pid] = pool.pids;
    const before = processorMs(pid);
    const result = await work;
    const after = processorMs(pid) ?? readers.get(pid ?? 0) ?? null;
    const ms = before === null || after === null ? performance.now() - start : after - before;
    if (ms > outcome.slowest.ms && outcome.files > 0) outcome.slowest = { name, ms };
    if (!result.ok && result.reason !== undefined && isComplaint(result.reason))
      outcome.complaints.push(`${name}: ${result.reason}`);
    return result;
  };

  const runBatch = async (batch: Mutant[], number: number): Promise<void> => {
    const input = join(folder, `input-${number}`);
    mkdirSync(input);
    const paths = batch.map(({ bytes }, index) => {
      const path = join(input, `${index}.dcm`);
      writeFileSync(path, bytes);
      return path;
    });
    let containers = 0;
    /** Archives and directories of media that name nothing: there is nothing to account for. */
    const empty = new Set<string>();
    for (const [index, path] of paths.entries()) {
      const { name } = batch[index] as Mutant;
      const header = await timed(`${name} (header)`, pool.readHeader(path));
      await timed(`${name} (tags)`, pool.readTags(path, true));
      if (header.ok) {
        const normalised = await timed(`${name} (pixels)`, pool.normalise(path, 32));
        if (!normalised.ok) outcome.undecodable++;
        await timed(`${name} (frame)`, pool.readFrame(path, 0));
      } else if (header.contents !== undefined) {
        containers++;
        for (const entry of header.contents.files.slice(0, 3)) {
          await timed(`${name} (header of an entry)`, pool.readHeader(entry.path));
          await timed(`${name} (pixels of an entry)`, pool.normalise(entry.path, 32));
        }
        if (header.contents.files.length + header.contents.refused.length === 0) empty.add(path);
      }
      outcome.files++;
    }
    const summary = await importFolders(project, [input], silentJob(), { workers: 1 });
    if (summary.files < batch.length - containers)
      outcome.complaints.push(`${batch.length - containers - summary.files} files were not found`);
    const rows = project.catalogue.database.all<{ path: string; image: number | null; reason: string | null }>(
      'SELECT path, image_id AS image, reason FROM file WHERE path LIKE ?',
      [`${input}%`],
    );
    /** What is known of each file, or of what it holds. */
    const accounted = new Map<string, typeof rows>();
    for (const row of rows) {
      if ((row.image === null) === (row.reason === null || row.reason === ''))
        outcome.complaints.push(`${row.path}: it is neither an image nor refused`);
      const container = row.path.split('!/')[0] ?? '';
      accounted.set(container, [...(accounted.get(container) ?? []), row]);
    }
    for (const [index, path] of paths.entries()) {
      const found = accounted.get(path) ?? [];
      if (found.length === 0 && !empty.has(path))
        outcome.complaints.push(`${batch[index]?.name}: it is not accounted for`);
      if (found.some(({ image }) => image !== null)) outcome.added++;
      else outcome.refused++;
    }
    rmSync(input, { recursive: true });
  };

  try {
    let batch: Mutant[] = [];
    let number = 0;
    for (const one of mutants) {
      batch.push(one);
      if (batch.length < BATCH) continue;
      await runBatch(batch, number++);
      batch = [];
    }
    if (batch.length > 0) await runBatch(batch, number);
    for (const problem of project.catalogue.check()) outcome.complaints.push(`catalogue: ${problem}`);
  } finally {
    clearInterval(watch);
    await pool.close();
    project.close();
  }
  outcome.replaced = Math.max(0, readers.size - 1);
  const left = readdirSync(folder).filter((name) => !['project', 'seeds', 'starter.dcm'].includes(name));
  for (const name of left) outcome.complaints.push(`a file appeared: ${name}`);
  return outcome;
}
