/** @file A reader of the decode pool: a process that reads headers, normalises and decodes, one file after the other. */

import { openImage, type PixelSource } from './decode.js';
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
import { type Inspection, inspectBytes } from './inspect.js';
import { MAX_DECODED_BYTES, MAX_KEPT_BYTES } from './limits.js';
import { looksAtSeries, normalisePixels } from './normalise.js';
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
import { sampleFrame } from './series-sample.js';
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
  series: ValueRange | null,
): Promise<NormaliseResult> {
  const { header, elements, readFrame } = await openWatched(await readWholeFile(path), path);
  if (header.numberOfFrames * side * side * 2 > MAX_DECODED_BYTES) {
    throw refusal(path, `It has too many frames (${header.numberOfFrames}) for images of ${side} pixels.`);
  }
  const frames: Uint16Array[] = [];
  for (let frame = 0; frame < header.numberOfFrames; frame++) {
    // Many small frames cost more to scale than to decode.
    guard.grow((side * side) / 2);
    const pixels = await readFrame(frame);
    const guide =
      elements === null || recipe < 2
        ? undefined
        : {
            voi: voiOf(levelsOf(elements, frame), header),
            padding: paddingOf(elements, header, pixels.mapping),
            series: looksAtSeries(recipe) ? series : null,
          };
    frames.push(normalisePixels(pixels, header, side, guide));
  }
  return { ok: true, header, frames };
}

async function sample(path: string, wanted: readonly number[]): Promise<SampleResult> {
  const { header, elements, readFrame } = await openWatched(await readWholeFile(path), path);
  const values: Float32Array[] = [];
  for (const frame of wanted) {
    const pixels = await readFrame(frame);
    const padding = elements === null ? null : paddingOf(elements, header, pixels.mapping);
    values.push(sampleFrame(modalityFrame(pixels, 0), padding, header, frame));
  }
  return { ok: true, values };
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
    if (kind === 'sample') return { id, kind, result: await sample(path, request.frames) };
    return { id, kind, result: await normalise(path, request.side, request.recipe, request.series) };
  } catch (error) {
    return { id, kind, result: { ok: false, reason: reasonOf(error) } };
  }
}

serveRequests(guard, answer);
