/**
 * @file Models as ONNX Runtime has optimised them, kept for the next start: a step's session is then ready in less than half
 * of its time (decision 15). Everything here may be deleted at any time, and whatever is wrong with it is made anew.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { writeFileAtomic } from '../base/files.js';

type SessionOptions = ort.InferenceSession.SessionOptions;

/** Bytes that all kept models may take; the ones that were not used for longest go first. */
const MOST_BYTES = 256 * 2 ** 20;
/** What is left of a process that ended while it wrote is deleted after an hour. */
const STALE_MS = 3_600_000;
const ENDING = '.compiled';
const TEMPORARY = '.tmp';
/** SHA-256 of the model in front of it: half-written and damaged files are found out. */
const DIGEST_BYTES = 32;

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** What an optimised model depends on beside the model: ONNX Runtime lays data out for the processor that it runs on. */
function machine(): string {
  let features = '';
  try {
    features = /^(?:flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  } catch {
    // Only Linux has the file; elsewhere the processor's name says as much.
  }
  return JSON.stringify([ort.env.versions, platform(), arch(), cpus()[0]?.model ?? '', features]);
}

export class CompiledModels {
  constructor(
    /** Made where it is missing. */
    readonly folder: string,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /**
   * A session of a model, from what was kept of it or for the first time.
   *
   * @param digest of the model
   * @throws what ONNX Runtime throws where it refuses the model
   */
  async open(model: Uint8Array, digest: string, options: SessionOptions): Promise<ort.InferenceSession> {
    const key = digestOf(Buffer.from(JSON.stringify([digest, machine(), options]))).toString('hex');
    const path = join(this.folder, `${key}${ENDING}`);
    return (await this.reopen(path, options)) ?? (await this.compile(path, model, options));
  }

  private async reopen(path: string, options: SessionOptions): Promise<ort.InferenceSession | null> {
    try {
      const bytes = readFileSync(path);
      const model = bytes.subarray(DIGEST_BYTES);
      if (!digestOf(model).equals(bytes.subarray(0, DIGEST_BYTES))) throw new Error('damaged');
      const session = await ort.InferenceSession.create(model, { ...options, graphOptimizationLevel: 'disabled' });
      const now = new Date();
      utimesSync(path, now, now);
      return session;
    } catch {
      return null;
    }
  }

  private async compile(path: string, model: Uint8Array, options: SessionOptions): Promise<ort.InferenceSession> {
    const temporary = `${path}.${process.pid}${TEMPORARY}`;
    try {
      mkdirSync(this.folder, { recursive: true });
      const session = await ort.InferenceSession.create(model, { ...options, optimizedModelFilePath: temporary });
      this.keep(path, temporary);
      return session;
    } catch {
      // A folder that cannot be written, no room on the disk: the session itself needs neither.
      return ort.InferenceSession.create(model, options);
    }
  }

  private keep(path: string, temporary: string): void {
    try {
      const bytes = readFileSync(temporary);
      rmSync(temporary);
      if (bytes.length + DIGEST_BYTES > this.mostBytes) return;
      writeFileAtomic(path, [digestOf(bytes), bytes]);
      this.tidy(path);
    } catch {
      // Next time it is compiled again.
    }
  }

  /** Deletes what was not used for longest until the rest fits. */
  private tidy(newest: string): void {
    const entries = readdirSync(this.folder).map((name) => {
      const path = join(this.folder, name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, mtimeMs };
    });
    for (const { path, mtimeMs } of entries) {
      if (path.endsWith(TEMPORARY) && Date.now() - mtimeMs > STALE_MS) rmSync(path, { force: true });
    }
    const kept = entries.filter(({ path }) => path.endsWith(ENDING)).sort((a, b) => a.mtimeMs - b.mtimeMs);
    let bytes = kept.reduce((total, { size }) => total + size, 0);
    for (const { path, size } of kept) {
      if (bytes <= this.mostBytes) break;
      if (path === newest) continue;
      rmSync(path, { force: true });
      bytes -= size;
    }
  }
}

let kept: CompiledModels | null = null;

/** Where this process keeps compiled models; null: nowhere, as long as nobody says otherwise. */
export function keepCompiledModels(folder: string | null): void {
  kept = folder === null ? null : new CompiledModels(folder);
}

/** A session, by way of the kept models where there are any: on the CPU alone, whose optimised models can be saved. */
export function openModel(
  model: Uint8Array,
  digest: string,
  onCpu: boolean,
  options: SessionOptions,
): Promise<ort.InferenceSession> {
  // A profile's name is another at every start, and it shows how a model is optimised.
  return kept !== null && onCpu && options.enableProfiling !== true
    ? kept.open(model, digest, options)
    : ort.InferenceSession.create(model, options);
}
