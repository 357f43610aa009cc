/** @file A reader of the decode pool: a process that reads headers, normalises and decodes, one file after the other. */

import type { CropBox } from './body-box.js';
import { boxAroundAll, cropRuleOf, type FrameLook, framesToLookAt, lookAt, ownBox } from './crop.js';
import { openImage, type PixelSource, type StoredPixels } from './decode.js';
import type {
  DecodeReply,
  DecodeRequest,
  FrameResult,
  HeaderResult,
  NormaliseResult,
  SampleResult,
} from './decode-messages.js';
import { displayFrame } from './display.js';
import { modalityFrame } from './grey.js';
import type { ImageHeader } from './header.js';
import { type Inspection, inspectBytes } from './inspect.js';
import { MAX_DECODED_BYTES, MAX_KEPT_BYTES } from './limits.js';
import { cropOf, type FrameGuide, type Grey, greyOfPixels, greyValues, inSquare, looksAtSeries } from './normalise.js';
import { nativeFrameBits } from './pixel-module.js';
import {
  fileVersion,
  readContents,
  readHeaderFromFile,
  readTagsFromFile,
  readWholeFile,
  requireReadable,
} from './read-file.js';
import { guardReader, serveRequests } from './reader-serve.js';
import { reasonOf, refusal } from './refusal.js';
import { type SeriesGuide, sampleFrame } from './series-sample.js';
import { levelsOf, paddingOf, type ValueRange, voiOf } from './voi.js';

const guard = guardReader();

/** Pixels whose every frame gives the file more processor time. */
async function openWatched(bytes: Uint8Array, path: string): Promise<PixelSource> {
  const source = await openImage(bytes, path);
  const frameBytes = Math.ceil(nativeFrameBits(source.header) / 8);
  return {
    ...source,
    readFrame: (frame) => {
      guard.grow(frameBytes);
      return source.readFrame(frame);
    },
  };
}

/** Refuses what is no regular file, empty or too large before its content is read. */
async function inspectFile(path: string): Promise<Inspection> {
  await requireReadable(path);
  return inspectBytes(await readWholeFile(path), path, openWatched);
}

async function normalise(
  path: string,
  side: number,
  recipe: number,
  series: SeriesGuide | null,
): Promise<NormaliseResult> {
  const { header, elements, readFrame } = await openWatched(await readWholeFile(path), path);
  const { numberOfFrames: count } = header;
  if (count * side * side * 2 > MAX_DECODED_BYTES) {
    throw refusal(path, `It has too many frames (${count}) for images of ${side} pixels.`);
  }
  const prepared = async (frame: number): Promise<PreparedFrame> => {
    // Many small frames cost more to scale than to decode.
    guard.grow((side * side) / 2);
    const pixels = await readFrame(frame);
    const guide: FrameGuide =
      elements === null || recipe < 2
        ? { voi: null, padding: null }
        : {
            voi: voiOf(levelsOf(elements, frame), header),
            padding: paddingOf(elements, header, pixels.mapping),
            series: looksAtSeries(recipe) ? (series?.range ?? null) : null,
          };
    return { pixels, padding: guide.padding, grey: greyOfPixels(pixels, header, guide) };
  };
  // Of a single frame, what its box is found in is what is scaled.
  const only = count === 1 ? await prepared(0) : null;
  const box =
    cropOf(recipe) === 'none' ? null : await boxOf(header, series, async (frame) => only ?? (await prepared(frame)));
  const frames: Uint16Array[] = [];
  for (let frame = 0; frame < count; frame++) {
    const { grey } = only ?? (await prepared(frame));
    frames.push(inSquare(grey, header, side, box));
  }
  return { ok: true, header, frames, box };
}

interface PreparedFrame {
  pixels: StoredPixels;
  padding: ValueRange | null;
  /** Grey 0 .. 1 [rows, columns]. */
  grey: Grey;
}

/** The part of its frames that a file shows: that of its series, or of some of its own frames. */
async function boxOf(
  header: ImageHeader,
  series: SeriesGuide | null,
  prepared: (frame: number) => Promise<PreparedFrame>,
): Promise<CropBox | null> {
  const rule = cropRuleOf(header);
  if (rule === 'none') return null;
  if (series !== null && rule !== 'border') return series.box;
  const boxes: (CropBox | null)[] = [];
  for (const frame of framesToLookAt(header.numberOfFrames)) {
    const { pixels, padding, grey } = await prepared(frame);
    boxes.push(ownBox({ modality: () => modalityFrame(pixels, 0), grey: () => greyValues(grey), padding }, header));
  }
  return boxAroundAll(boxes);
}

async function sample(path: string, wanted: readonly number[], wantsLooks: boolean): Promise<SampleResult> {
  const { header, elements, readFrame } = await openWatched(await readWholeFile(path), path);
  const values: Float32Array[] = [];
  const looks: FrameLook[] = [];
  for (const frame of wanted) {
    const pixels = await readFrame(frame);
    const padding = elements === null ? null : paddingOf(elements, header, pixels.mapping);
    const modality = modalityFrame(pixels, 0);
    values.push(sampleFrame(modality, padding, header, frame));
    const look = wantsLooks ? lookAt(modality, header, padding) : null;
    if (look !== null) looks.push(look);
  }
  return { ok: true, values, looks };
}

/** The file of several frames that was read last: its next frame is likely to be asked for next. */
let kept: { path: string; version: string; source: PixelSource } | null = null;

async function readFrame(path: string, frame: number): Promise<FrameResult> {
  const version = fileVersion(path);
  if (kept?.path !== path || kept.version !== version) {
    kept = null;
    const bytes = await readWholeFile(path);
    const source = await openWatched(bytes, path);
    const frames = source.header.numberOfFrames;
    if (frames === 1 || bytes.length > MAX_KEPT_BYTES)
      return { ok: true, frame: await displayFrame(source, frame, path) };
    kept = { path, version, source };
  }
  return { ok: true, frame: await displayFrame(kept.source, frame, path) };
}

/** Only what is no image is looked into for others. */
async function headerOrContents(path: string): Promise<HeaderResult> {
  try {
    return { ok: true, header: await readHeaderFromFile(path) };
  } catch (error) {
    const contents = await readContents(path);
    if (contents === null) throw error;
    return { ok: false, reason: reasonOf(error), contents };
  }
}

async function answer(request: DecodeRequest): Promise<DecodeReply> {
  const { id, kind, path } = request;
  try {
    if (kind === 'inspect') return { id, kind, result: { ok: true, inspection: await inspectFile(path) } };
    if (kind === 'header') return { id, kind, result: await headerOrContents(path) };
    if (kind === 'tags')
      return { id, kind, result: { ok: true, list: await readTagsFromFile(path, request.identifiers) } };
    if (kind === 'frame') return { id, kind, result: await readFrame(path, request.frame) };
    if (kind === 'sample') return { id, kind, result: await sample(path, request.frames, request.looks) };
    return { id, kind, result: await normalise(path, request.side, request.recipe, request.series) };
  } catch (error) {
    return { id, kind, result: { ok: false, reason: reasonOf(error) } };
  }
}

serveRequests(guard, answer);
