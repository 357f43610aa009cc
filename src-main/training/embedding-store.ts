/**
 * @file Where the features of a run's encoder lie in a project: `embeddings/<run>.safetensors` holds features, maps and
 * which image each row is; `embeddings/<run>.json` says what it is, for lists. The first is whole by itself.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import type { Project } from '../catalogue/project.js';
import { readSafetensors, type Tensor, type TensorFile, writeSafetensors } from '../exports/safetensors.js';

/** What the features were computed with; features of another origin are not mixed with them. */
export interface EmbeddingOrigin {
  run: string;
  /** Steps of training that the encoder had seen. */
  step: number;
  cacheSide: number;
  /** Version of the pixel normalisation. */
  normalisation: number;
}

/** How images are laid out on the map: by neighbourhoods, or by the two directions of most variance. */
export type MapLayout = 'umap' | 'pca';

/** Which image each row is. */
export interface EmbeddingRows {
  /** Rising, [images] */
  imageIds: Int32Array;
  /** [images] */
  patientIds: Int32Array;
  /** The frame to show for an image: its middle one, [images] */
  frames: Int32Array;
  /** Index into `modalities`, [images] */
  modality: Uint8Array;
  modalities: string[];
}

export interface Embedding extends EmbeddingRows {
  origin: EmbeddingOrigin;
  /** [images, width] */
  features: Float32Array;
  width: number;
  /** Each [images, 2]; missing where there are too few images, or the job was stopped before. */
  maps: Partial<Record<MapLayout, Float32Array>>;
}

/** What lists show. */
export interface EmbeddingCard extends EmbeddingOrigin {
  formatVersion: 1;
  /** ISO 8601, UTC. */
  created: string;
  images: number;
  /** Images of the project that could not be decoded. */
  skipped: number;
  maps: MapLayout[];
}

const LAYOUTS: readonly MapLayout[] = ['umap', 'pca'];
const ROWS = ['image_ids', 'patient_ids', 'frames', 'modality'] as const;

export function embeddingPaths(project: Project, run: string): { tensors: string; card: string } {
  const name = join(project.embeddingsFolder, run);
  return { tensors: `${name}.safetensors`, card: `${name}.json` };
}

/** Writes an embedding in place of the one before. @throws PretextError `disk-full`, naming the file. */
export function saveEmbedding(project: Project, embedding: Embedding, skipped: number): void {
  const { origin, features, width } = embedding;
  const images = embedding.imageIds.length;
  const tensors = new Map<string, Tensor>([
    ['features', { dtype: 'F32', shape: [images, width], data: features }],
    ['image_ids', { dtype: 'I32', shape: [images], data: embedding.imageIds }],
    ['patient_ids', { dtype: 'I32', shape: [images], data: embedding.patientIds }],
    ['frames', { dtype: 'I32', shape: [images], data: embedding.frames }],
    ['modality', { dtype: 'U8', shape: [images], data: embedding.modality }],
  ]);
  const maps = LAYOUTS.filter((layout) => embedding.maps[layout] !== undefined);
  for (const layout of maps) {
    tensors.set(layout, { dtype: 'F32', shape: [images, 2], data: embedding.maps[layout] as Float32Array });
  }
  const paths = embeddingPaths(project, origin.run);
  const card: EmbeddingCard = {
    formatVersion: 1,
    ...origin,
    created: new Date().toISOString(),
    images,
    skipped,
    maps,
  };
  writeSafetensors(paths.tensors, tensors, {
    run: origin.run,
    step: String(origin.step),
    cacheSide: String(origin.cacheSide),
    normalisation: String(origin.normalisation),
    modalities: JSON.stringify(embedding.modalities),
  });
  writeFileAtomic(paths.card, [`${JSON.stringify(card, null, 2)}\n`]);
}

function damaged(path: string, cause?: unknown): PretextError {
  return new PretextError({
    code: 'bad-file',
    message: 'The features of this run cannot be read.',
    path,
    remedy: 'Delete this file and compute them again: they come from the images and the encoder.',
    cause,
  });
}

/** A tensor of the file by name and type. @throws PretextError `bad-file` */
function tensorOf<T extends Tensor['dtype']>(file: TensorFile, name: string, dtype: T, path: string) {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype !== dtype) throw damaged(path);
  return tensor as Extract<Tensor, { dtype: T }>;
}

function rowsOf(file: TensorFile, path: string): EmbeddingRows {
  let modalities: unknown;
  try {
    modalities = JSON.parse(file.metadata.modalities ?? '');
  } catch (error) {
    throw damaged(path, error);
  }
  if (!Array.isArray(modalities) || !modalities.every((name) => typeof name === 'string')) throw damaged(path);
  return {
    imageIds: tensorOf(file, 'image_ids', 'I32', path).data,
    patientIds: tensorOf(file, 'patient_ids', 'I32', path).data,
    frames: tensorOf(file, 'frames', 'I32', path).data,
    modality: tensorOf(file, 'modality', 'U8', path).data,
    modalities,
  };
}

/** @throws PretextError `bad-file` where the file is damaged. */
export function readEmbedding(path: string): Embedding {
  const file = readSafetensors(path);
  const { run = '', step, cacheSide, normalisation } = file.metadata;
  const features = tensorOf(file, 'features', 'F32', path);
  const maps: Embedding['maps'] = {};
  for (const layout of LAYOUTS) {
    if (file.tensors.has(layout)) maps[layout] = tensorOf(file, layout, 'F32', path).data;
  }
  return {
    origin: { run, step: Number(step), cacheSide: Number(cacheSide), normalisation: Number(normalisation) },
    features: features.data,
    width: features.shape[1] ?? 0,
    maps,
    ...rowsOf(file, path),
  };
}

/** The map of a run without its features, which are many times larger; null where that layout was not made. */
export function readMap(path: string, layout: MapLayout): (EmbeddingRows & { coordinates: Float32Array }) | null {
  const file = readSafetensors(path, [...ROWS, layout]);
  if (!file.tensors.has(layout)) return null;
  return { coordinates: tensorOf(file, layout, 'F32', path).data, ...rowsOf(file, path) };
}

function readCard(path: string): EmbeddingCard | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    return 'formatVersion' in value && value.formatVersion === 1 ? (value as EmbeddingCard) : null;
  } catch {
    // Damaged by a hand or a disk: it is computed again, which costs no more than time.
    return null;
  }
}

/** The embeddings of a project, the newest first. */
export function listEmbeddings(project: Project): EmbeddingCard[] {
  const cards: EmbeddingCard[] = [];
  for (const name of readdirSync(project.embeddingsFolder)) {
    const run = /^(\w[\w.-]*)\.json$/.exec(name)?.[1];
    if (run === undefined || !existsSync(embeddingPaths(project, run).tensors)) continue;
    const card = readCard(embeddingPaths(project, run).card);
    if (card !== null) cards.push(card);
  }
  return cards.sort((a, b) => b.created.localeCompare(a.created));
}
