/**
 * @file Checkpoints of a run: parameters and optimiser moments as one safetensors file, and beside it a marker with its
 * hash that is written last. A checkpoint without its marker, or whose content does not match it, does not count;
 * the one before is kept until the next is complete.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.js';
import { decodeSafetensors, encodeSafetensors } from '../exports/safetensors.js';

export interface Checkpoint {
  /** Steps done. */
  step: number;
  /** Float32 values by state variable. */
  state: Map<string, { shape: number[]; data: Float32Array }>;
}

interface Marker {
  step: number;
  sha256: string;
  bytes: number;
}

const KEPT = 2;

function fileName(step: number): string {
  return `step-${String(step).padStart(9, '0')}`;
}

/** Writes a checkpoint and removes all but the newest two. @throws PretextError `disk-full`, naming the file. */
export function saveCheckpoint(folder: string, { step, state }: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const tensors = new Map([...state].map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]));
  const bytes = encodeSafetensors(tensors, { format: 'pt', step: String(step) });
  const marker: Marker = { step, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
  writeFileAtomic(join(folder, `${fileName(step)}.safetensors`), [bytes]);
  writeFileAtomic(join(folder, `${fileName(step)}.json`), [JSON.stringify(marker)]);
  for (const old of markedSteps(folder).slice(KEPT)) {
    rmSync(join(folder, `${fileName(old)}.json`), { force: true });
    rmSync(join(folder, `${fileName(old)}.safetensors`), { force: true });
  }
}

/** Steps that have a marker, newest first. */
function markedSteps(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => /^step-(\d+)\.json$/.exec(name)?.[1])
    .filter((digits): digits is string => digits !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
}

/** Whether there is a checkpoint, without reading it. */
export function hasCheckpoint(folder: string): boolean {
  return markedSteps(folder).length > 0;
}

function readMarker(path: string): Marker | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { step, sha256, bytes } = value as Record<string, unknown>;
    if (typeof step !== 'number' || typeof sha256 !== 'string' || typeof bytes !== 'number') return null;
    return { step, sha256, bytes };
  } catch {
    return null;
  }
}

/** The newest complete checkpoint, or null where there is none. */
export function loadCheckpoint(folder: string): Checkpoint | null {
  for (const step of markedSteps(folder)) {
    const marker = readMarker(join(folder, `${fileName(step)}.json`));
    const path = join(folder, `${fileName(step)}.safetensors`);
    if (marker === null || !existsSync(path)) continue;
    const bytes = readFileSync(path);
    if (bytes.byteLength !== marker.bytes) continue;
    if (createHash('sha256').update(bytes).digest('hex') !== marker.sha256) continue;
    const state: Checkpoint['state'] = new Map();
    for (const [name, tensor] of decodeSafetensors(bytes, path).tensors) {
      if (tensor.dtype === 'F32') state.set(name, { shape: tensor.shape, data: tensor.data });
    }
    return { step: marker.step, state };
  }
  return null;
}
