/**
 * @file Pictures of what a run has learnt so far, of the same few images each time: inpainting shows them whole, with
 * hidden patches, and drawn; contrastive learning shows what the encoder finds most alike. A program of its own makes
 * them between two steps, so the run's losses are what they are without.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { fileError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';
import { Purpose, Random } from '../base/random.js';
import { openProgram } from '../engine/open.js';
import type { ProgramRunner, TensorData } from '../engine/runner.js';
import { input } from '../graph/ops/source.js';
import { program } from '../graph/program.js';
import { type Parameter, ParameterScope } from '../nn/parameters.js';
import { meanPatchToken, patchify, vitEncoder } from '../nn/vit.js';
import type { CachedSample, PixelCache } from '../pixels/cache.js';
import { readEvaluationImages } from '../pixels/evaluation.js';
import { defaultInpainting, inpaintingDrawing, PATCH_ORDER, patchCounts, patchOrders } from '../ssl/inpainting.js';
import { imagesShape, type PretextMethod } from '../ssl/pretext.js';
import { coverHidden, drawHidden, nearest, patchCount, sheetOf, toGrey } from './preview-pictures.js';
import type { RunConfig } from './run-store.js';

export type PictureRole = 'original' | 'hidden' | 'drawn' | 'query' | 'neighbour';

export interface PreviewPicture {
  role: PictureRole;
  imageId: number;
  frame: number;
  /** Of a neighbour: cosine similarity to its query, -1 to 1. */
  similarity: number | null;
  /** Of a neighbour: whether it is of the query's patient. */
  samePatient: boolean | null;
}

/** One set of pictures; the sheet `NAME.png` holds them row by row. */
export interface PreviewSet {
  formatVersion: 1;
  name: string;
  method: PretextMethod;
  step: number;
  epoch: number;
  /** Pixels of each picture's side. */
  side: number;
  columns: number;
  /** Row by row; null where there is none, as where a query has too few neighbours. */
  pictures: (PreviewPicture | null)[];
}

/** Sets that a run has at most, the first and the last among them. */
const SETS = 60;
const LEAST_SECONDS = 20;
/** The time between two sets is at least this many times what a set takes: 2.5% of the run's time. */
const COST_FACTOR = 40;
const INPAINTED_IMAGES = 6;
const QUERIES = 4;
const NEIGHBOURS = 4;
/** Images among which neighbours are looked for. */
const GALLERY = 128;
const ENCODER_BATCH = 32;

export const PREVIEW_NAME = /^step-\d{9}$/;

/** Makes the pictures of one method from weights. */
interface Painter {
  paint(): Promise<{ columns: number; pictures: PreviewSet['pictures']; grey: (Uint8Array | null)[] }>;
  setWeights(weights: ReadonlyMap<string, TensorData>): void;
  readonly parameters: readonly Parameter[];
  release(): Promise<void>;
}

/** `count` samples in an order drawn from the seed, of as many patients as possible first. */
export function chooseSamples(samples: readonly CachedSample[], count: number, seed: number): CachedSample[] {
  const order = [...new Random(seed, Purpose.preview).permutation(samples.length)].map((index) => samples[index]);
  const seen = new Set<number>();
  const first: CachedSample[] = [];
  const later: CachedSample[] = [];
  for (const sample of order) {
    (seen.has(sample.patientId) ? later : first).push(sample);
    seen.add(sample.patientId);
  }
  return [...first, ...later].slice(0, count);
}

const device = ({ device: provider, threads }: RunConfig) => ({ provider, threads });

async function inpaintingPainter(config: RunConfig, cache: PixelCache): Promise<Painter> {
  const { vit, seed } = config;
  const chosen = chooseSamples(cache.samples, INPAINTED_IMAGES, seed);
  const batch = chosen.length;
  const scope = ParameterScope.root('float32');
  const { inputs, prediction } = inpaintingDrawing(scope, vit, batch);
  const frozen = scope.parameters.map(({ tensor }) => tensor);
  const session = await openProgram(
    program('inpainting_preview', { inputs, frozen, outputs: { prediction } }),
    device(config),
  );
  const pixels = vit.imageSize ** 2;
  const images = readEvaluationImages(
    cache,
    chosen.map(({ slot }) => slot),
    vit.imageSize,
  );
  const patches = patchCount(vit);
  const order = patchOrders(patches, batch, new Random(seed, Purpose.preview, Purpose.mask));
  const { visible, hidden } = patchCounts(vit, defaultInpainting.maskRatio);
  const imageOf = (index: number) => images.subarray(index * pixels, (index + 1) * pixels);
  const hiddenOf = (index: number) => order.subarray(index * patches + visible, (index + 1) * patches);
  const facts = (role: PictureRole) =>
    chosen.map(({ imageId, frame }) => ({ role, imageId, frame, similarity: null, samePatient: null }));
  return {
    parameters: scope.parameters,
    setWeights: (weights) => session.setValues(weights),
    release: () => session.release(),
    async paint() {
      const outputs = await session.run({ images, [PATCH_ORDER]: order });
      const drawn = outputs.prediction as Float32Array;
      const values = hidden * vit.patchSize ** 2;
      const original = chosen.map((_, index) => toGrey(imageOf(index), imageOf(index)));
      const covered = original.map((grey, index) => {
        const copy = grey.slice();
        coverHidden(copy, hiddenOf(index), vit);
        return copy;
      });
      const painted = chosen.map((_, index) => {
        const own = drawn.subarray(index * values, (index + 1) * values);
        return toGrey(drawHidden(imageOf(index), hiddenOf(index), own, vit), imageOf(index));
      });
      return {
        columns: batch,
        pictures: [...facts('original'), ...facts('hidden'), ...facts('drawn')],
        grey: [...original, ...covered, ...painted],
      };
    },
  };
}

async function contrastivePainter(config: RunConfig, cache: PixelCache): Promise<Painter> {
  const { vit, seed } = config;
  const gallery = chooseSamples(cache.samples, GALLERY, seed);
  const batch = Math.min(ENCODER_BATCH, gallery.length);
  const scope = ParameterScope.root('float32');
  const pictures = input('images', imagesShape(vit, batch), scope.dtype);
  const features = meanPatchToken(vitEncoder(scope, vit, patchify(pictures, vit.patchSize), { trainPositions: false }));
  const frozen = scope.parameters.map(({ tensor }) => tensor);
  const session = await openProgram(
    program('contrastive_preview', { inputs: [pictures], frozen, outputs: { features } }),
    device(config),
  );
  const pixels = vit.imageSize ** 2;
  const images = readEvaluationImages(
    cache,
    gallery.map(({ slot }) => slot),
    vit.imageSize,
  );
  const imageOf = (index: number) => images.subarray(index * pixels, (index + 1) * pixels);

  async function encodeGallery(): Promise<Float32Array> {
    const all = new Float32Array(gallery.length * vit.width);
    const part = new Float32Array(batch * pixels);
    for (let start = 0; start < gallery.length; start += batch) {
      const end = Math.min(gallery.length, start + batch);
      // The last part is filled up with whatever the one before left; those rows are not read.
      part.set(images.subarray(start * pixels, end * pixels));
      const outputs = await session.run({ images: part });
      all.set((outputs.features as Float32Array).subarray(0, (end - start) * vit.width), start * vit.width);
    }
    return all;
  }

  return {
    parameters: scope.parameters,
    setWeights: (weights) => session.setValues(weights),
    release: () => session.release(),
    async paint() {
      const all = await encodeGallery();
      const shown: PreviewSet['pictures'] = [];
      const grey: (Uint8Array | null)[] = [];
      for (let query = 0; query < Math.min(QUERIES, gallery.length); query++) {
        const { imageId, frame, patientId } = gallery[query];
        shown.push({ role: 'query', imageId, frame, similarity: null, samePatient: null });
        grey.push(toGrey(imageOf(query), imageOf(query)));
        // Another frame of the same image is near in a trivial way.
        const others = nearest(all, vit.width, query, NEIGHBOURS, (row) => gallery[row].imageId !== imageId);
        for (let place = 0; place < NEIGHBOURS; place++) {
          const found = others[place];
          if (found === undefined) {
            shown.push(null);
            grey.push(null);
            continue;
          }
          const other = gallery[found.row];
          const samePatient = other.patientId === patientId;
          const { similarity } = found;
          shown.push({ role: 'neighbour', imageId: other.imageId, frame: other.frame, similarity, samePatient });
          grey.push(toGrey(imageOf(found.row), imageOf(found.row)));
        }
      }
      return { columns: 1 + NEIGHBOURS, pictures: shown, grey };
    },
  };
}

/** Writes the pictures of a run while it learns. */
export class RunPreviews {
  private painter: Painter | null = null;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private lastCost = 0;
  private readonly everyEpochs: number;

  /** @param folder `runs/<id>/previews` */
  constructor(
    private readonly config: RunConfig,
    private readonly cache: PixelCache,
    private readonly folder: string,
  ) {
    this.everyEpochs = Math.max(1, Math.ceil(config.epochs / (SETS - 2)));
  }

  /** Whether a set is wanted after `step` steps: at the start, at the end, and at ends of epochs as time allows. */
  isDue(step: number, nowMs: number): boolean {
    const { totalSteps, stepsPerEpoch } = this.config;
    if (step === 0 || step === totalSteps) return true;
    if (step % (stepsPerEpoch * this.everyEpochs) !== 0) return false;
    return nowMs - this.lastEnd >= Math.max(LEAST_SECONDS * 1000, COST_FACTOR * this.lastCost);
  }

  /**
   * Makes and writes one set: the sheet first, then the description that makes it count.
   *
   * @returns its name
   * @throws PretextError `device`, `disk-full`, `unreadable`
   */
  async write(step: number, training: ProgramRunner): Promise<string> {
    const started = performance.now();
    const { config, cache, folder } = this;
    const make = config.method === 'inpainting' ? inpaintingPainter : contrastivePainter;
    this.painter ??= await make(config, cache);
    const painter = this.painter;
    const names = new Set(painter.parameters.map(({ name }) => name));
    const weights = new Map<string, TensorData>();
    // Weights that are never trained are no state of the training program.
    for (const { name, initialiser } of painter.parameters) {
      if (initialiser.kind === 'values') weights.set(name, Float32Array.from(initialiser.values));
    }
    for (const [name, data] of await training.getState((candidate) => names.has(candidate))) weights.set(name, data);
    painter.setWeights(weights);
    const { columns, pictures, grey } = await painter.paint();
    const side = config.vit.imageSize;
    const rows = Math.ceil(grey.length / columns);
    const data = sheetOf(grey, columns, side);
    const png = encode({ width: columns * side, height: rows * side, data, depth: 8, channels: 1 });
    const name = `step-${String(step).padStart(9, '0')}`;
    const { method } = config;
    const epoch = Math.ceil(step / config.stepsPerEpoch);
    const set: PreviewSet = { formatVersion: 1, name, method, step, epoch, side, columns, pictures };
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, `${name}.png`), [png]);
    writeFileAtomic(join(folder, `${name}.json`), [JSON.stringify(set)]);
    this.lastEnd = performance.now();
    this.lastCost = this.lastEnd - started;
    return name;
  }

  async release(): Promise<void> {
    await this.painter?.release();
    this.painter = null;
  }
}

function isPreviewSet(value: unknown): value is PreviewSet {
  if (typeof value !== 'object' || value === null) return false;
  const { formatVersion, name, step, side, columns, pictures } = value as Record<string, unknown>;
  const numbers = [step, side, columns].every((number) => typeof number === 'number');
  return (
    formatVersion === 1 && typeof name === 'string' && PREVIEW_NAME.test(name) && numbers && Array.isArray(pictures)
  );
}

/** The sets of a run, oldest first; a description that is damaged is left out. */
export function readPreviews(folder: string): PreviewSet[] {
  if (!existsSync(folder)) return [];
  const sets: PreviewSet[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    try {
      const value: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      if (isPreviewSet(value)) sets.push(value);
    } catch {
      // Not ours, or damaged: the other sets are still worth seeing.
    }
  }
  return sets;
}

/** The sheet of a set. @throws PretextError `unreadable` */
export function readSheet(folder: string, name: string): Uint8Array<ArrayBuffer> {
  const path = join(folder, `${name}.png`);
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw fileError(error, path);
  }
}
