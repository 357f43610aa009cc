/** @file Takes folders of scans into the catalogue: finds files, reads their headers, records them in batches. */

import { realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PretextError } from '../base/errors.js';
import { type JobControl, ProgressMeter, unlessCancelled } from '../base/jobs.js';
import { containerOf } from '../dicom/address.js';
import { DecodePool } from '../dicom/decode-pool.js';
import type { ImageHeader } from '../dicom/header.js';
import { brokenField } from '../dicom/header-check.js';
import type { Contents } from '../dicom/read-file.js';
import { assessSeries } from './assess.js';
import type { SkippedFile } from './catalogue.js';
import type { FileList } from './file-list.js';
import { PROJECT_ENTRIES, type Project } from './project.js';
import { ImageRecorder, type Recorded } from './record.js';
import { type FoundFile, findFiles, nothingThere, type TakenFiles, type WalkResult, walk } from './walk.js';

export interface ImportSummary {
  /** Files found in the folders and in archives there; neither the archives nor the directories of media count. */
  files: number;
  /** Different images (SOP instances, pictures) these files hold, whether new or known; so also the next three. */
  images: number;
  series: number;
  studies: number;
  patients: number;
  /** Images the project did not have before. */
  added: number;
  /** Files that hold an image that another file holds as well. */
  duplicates: number;
  skipped: SkippedFile[];
}

export interface ImportOptions {
  /** Threads that read headers; by default as the decode pool chooses. */
  workers?: number;
  /** Told of each skipped file as soon as it is known. */
  onSkipped?: (file: SkippedFile) => void;
  /** Told of the image of each file that holds one, new or known, in the order of the files. */
  onImage?: (imageId: number) => void;
}

/** Files read together: how quickly a cancel is obeyed. */
const BATCH = 256;
/** Files of one folder that are committed together at the most: what a crash can cost, and what is held in memory. */
const MOST_HELD = 4096;

type Read =
  | { file: FoundFile; recalled: Recorded }
  | { file: FoundFile; header: ImageHeader }
  | { file: FoundFile; contents: Contents }
  | { file: FoundFile; reason: string };

async function readOne(pool: DecodePool, recorder: ImageRecorder, file: FoundFile): Promise<Read> {
  const recalled = recorder.recall(file);
  if (recalled !== null) return { file, recalled };
  if (file.archive === undefined && containerOf(file.path) !== file.path) {
    return { file, reason: 'Its path contains "!/", which stands for an entry of an archive. Rename the folder.' };
  }
  const result = await pool.readHeader(file.path);
  if (result.ok) {
    const broken = brokenField(result.header);
    if (broken === null) return { file, header: result.header };
    return { file, reason: `What it says of its ${broken} is not what it must be; it may be damaged.` };
  }
  return result.contents === undefined ? { file, reason: result.reason } : { file, contents: result.contents };
}

/** The project's own files are no scans, wherever the folders given lie around it. */
export function ownFiles(project: Project): (path: string) => boolean {
  const real = realpathSync(project.folder);
  return (path) => {
    if (!PROJECT_ENTRIES.includes(basename(path))) return false;
    const folder = dirname(path);
    return folder === project.folder || folder === real;
  };
}

/**
 * Imports every DICOM, NIfTI, TIFF, PNG and JPEG file in and below `folders` (single files may be given too), in ZIP
 * archives there, and those that a DICOMDIR names. A file that was read before and did not change is recognised by its
 * path, size and time and not read again, so an import that was cancelled or killed goes on where it stopped. An image is never added twice: it is known by its SOPInstanceUID,
 * else by the SHA-256 of its content. A bad file is listed in `skipped` and stops nothing. Pictures and NIfTI
 * files carry no patient: a folder of them counts as one patient with one study and one series.
 *
 * @throws PretextError `unreadable` (a folder given does not exist or may not be read), `bad-argument` (no folder, or
 *   not one file in them), `project-busy` (another import), `disk-full` and `cancelled` (folders so far are kept).
 */
export async function importFolders(
  project: Project,
  folders: string[],
  control: JobControl,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  if (folders.length === 0) {
    throw new PretextError({
      code: 'bad-argument',
      message: 'No folder was given to import.',
      remedy: 'Name the folder that holds the scans.',
    });
  }
  const lock = project.lock('import');
  try {
    const found = await walk(folders, ownFiles(project), control);
    if (found.files.length === 0 && found.skipped.length === 0) throw nothingThere(found.empty);
    return await takeIn(project, found, control, options);
  } finally {
    lock.release();
  }
}

/**
 * Imports these files, as a watch has found them: those that are gone in the meantime are left.
 *
 * @throws PretextError `project-busy` (another import), `disk-full` and `cancelled` (folders so far are kept).
 */
export async function importFiles(
  project: Project,
  paths: readonly string[],
  control: JobControl,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  const lock = project.lock('import');
  try {
    return await takeIn(project, await findFiles(paths, control), control, options);
  } finally {
    lock.release();
  }
}

async function takeIn(
  project: Project,
  found: WalkResult,
  control: JobControl,
  options: ImportOptions,
): Promise<ImportSummary> {
  const tally = new Tally(options);
  for (const path of found.empty) tally.skip(path, 'This folder holds no files.');
  for (const entry of found.skipped) tally.skip(entry.path, entry.reason);
  keepSkipped(project, found.skipped);
  const files = new FileQueue(found.files, found.taken);
  await readAndRecord(project, files, tally, control, options.workers);
  await assessSeries(project.catalogue.database, control);
  return tally.summary(files.total - tally.containers);
}

/** What could not even be looked at has no size and no time, but it is on the list as every refused file is. */
export function keepSkipped(project: Project, skipped: readonly SkippedFile[]): void {
  if (skipped.length === 0) return;
  const recorder = new ImageRecorder(project.catalogue.database, project.salt);
  project.catalogue.database.transaction(() => {
    for (const { path, reason } of skipped) recorder.recordSkipped({ path, size: 0, mtimeMs: 0 }, reason);
  });
}

/** The files of an import in their order; what archives and directories of media hold comes after all others. */
class FileQueue {
  private next = 0;

  constructor(
    private readonly files: FileList,
    private readonly taken: TakenFiles,
  ) {}

  get total(): number {
    return this.files.length;
  }

  take(count: number): FoundFile[] {
    const taken = this.files.slice(this.next, this.next + count);
    this.next += taken.length;
    return taken;
  }

  /** Adds what `container` holds, but nothing that is there already. */
  addContents(container: FoundFile, contents: Contents): void {
    for (const { path, size } of contents.files) {
      if (size !== null) {
        this.files.push({ path, size, mtimeMs: container.mtimeMs, archive: container.path });
        continue;
      }
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined || !stats.isFile()) continue;
      const real = realpathSync(path);
      if (this.taken.has(real)) continue;
      this.taken.add(real);
      this.files.push({ path, size: Number(stats.size), mtimeMs: Number(stats.mtimeMs) });
    }
  }
}

async function readAndRecord(
  project: Project,
  files: FileQueue,
  tally: Tally,
  control: JobControl,
  workers: number | undefined,
): Promise<void> {
  const recorder = new ImageRecorder(project.catalogue.database, project.salt);
  const meter = new ProgressMeter(control, 'Reading headers', () => files.total);
  const pool = new DecodePool(workers === undefined ? {} : { workers });
  const read = (): Promise<Read[]> => {
    const batch = Promise.all(files.take(BATCH).map((file) => readOne(pool, recorder, file)));
    // A batch read ahead may fail while the one before it is committed: the failure is reported when its turn comes.
    batch.catch(() => undefined);
    return batch;
  };
  const commit = (part: Read[]): void => {
    const recorded = project.catalogue.database.transaction(() => part.map((one) => record(recorder, one)));
    part.forEach((one, index) => {
      tally.count(one, recorded[index] ?? null);
    });
  };
  let done = 0;
  try {
    let held: Read[] = [];
    let ahead = read();
    while (done < files.total) {
      const batch = await unlessCancelled(ahead, control);
      for (const one of batch) if ('contents' in one) files.addContents(one.file, one.contents);
      // The workers read the next batch while this one is written.
      ahead = read();
      done += batch.length;
      held = held.concat(batch);
      const last = done >= files.total;
      const ready = last || held.length >= MOST_HELD ? held.length : wholeSeries(held);
      if (ready > 0) commit(held.slice(0, ready));
      held = held.slice(ready);
      meter.update(done);
    }
  } finally {
    await pool.close();
  }
}

/** The folder and, where it is known, the series that a file belongs to. */
function seriesOf(read: Read): string {
  const series = 'header' in read ? read.header.seriesInstanceUID : null;
  return `${dirname(read.file.path)}\0${series ?? ''}`;
}

/**
 * How many of the files read so far belong to series that have come to their end: all before the first file of any
 * series that the last file's folder may go on with. A series that lies in one folder is so recorded whole or not at
 * all, whatever order its files are in.
 */
function wholeSeries(held: readonly Read[]): number {
  const last = held.at(-1);
  if (last === undefined) return 0;
  const folder = dirname(last.file.path);
  const open = new Set(held.filter(({ file }) => dirname(file.path) === folder).map(seriesOf));
  const first = held.findIndex((read) => open.has(seriesOf(read)));
  return first < 0 ? held.length : first;
}

function record(recorder: ImageRecorder, read: Read): Recorded | null {
  if ('recalled' in read) return read.recalled;
  if ('header' in read) return recorder.recordImage(read.file, read.header);
  if ('reason' in read) recorder.recordSkipped(read.file, read.reason);
  else recordContents(recorder, read.file, read.contents);
  return null;
}

/** An older Pretext may have skipped the archive itself. */
function recordContents(recorder: ImageRecorder, file: FoundFile, { kind, files, refused }: Contents): void {
  recorder.forgetSkipped(file);
  recorder.recordContainer(file);
  if (kind === 'archive') recorder.forgetRemoved(file.path, new Set([...files, ...refused].map(({ path }) => path)));
  for (const { path, reason } of refused) recorder.recordSkipped({ ...file, path }, reason);
}

/** Counts what an import found. */
class Tally {
  private readonly images = new Set<number>();
  private readonly series = new Set<number>();
  private readonly studies = new Set<number>();
  private readonly patients = new Set<number>();
  private readonly skipped: SkippedFile[] = [];
  private readonly reported = new Set<string>();
  private added = 0;
  /** Archives and directories of media. */
  containers = 0;
  private duplicates = 0;

  constructor(private readonly listeners: Pick<ImportOptions, 'onSkipped' | 'onImage'>) {}

  skip(path: string, reason: string): void {
    const entry = { path, reason };
    this.skipped.push(entry);
    this.listeners.onSkipped?.(entry);
  }

  private open(contents: Contents): void {
    this.containers++;
    for (const { path, reason } of contents.refused) {
      // Several directories of one medium may name the same file.
      if (this.reported.has(path)) continue;
      this.reported.add(path);
      this.skip(path, reason);
    }
  }

  count(read: Read, recorded: Recorded | null): void {
    if (recorded === null) {
      if ('reason' in read) this.skip(read.file.path, read.reason);
      else if ('contents' in read) this.open(read.contents);
      return;
    }
    this.images.add(recorded.imageId);
    this.listeners.onImage?.(recorded.imageId);
    this.series.add(recorded.seriesId);
    this.studies.add(recorded.studyId);
    this.patients.add(recorded.patientId);
    if (recorded.outcome === 'added') this.added++;
    if (recorded.outcome === 'duplicate') this.duplicates++;
  }

  summary(files: number): ImportSummary {
    return {
      files,
      images: this.images.size,
      series: this.series.size,
      studies: this.studies.size,
      patients: this.patients.size,
      added: this.added,
      duplicates: this.duplicates,
      skipped: this.skipped,
    };
  }
}
