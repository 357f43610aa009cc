/** @file Worker thread of the decode pool: reads headers, normalises images and decodes frames, one file after the other. */

import { parentPort } from 'node:worker_threads';
import { PretextError } from '../base/errors.js';
import { openPixels, type PixelSource } from './decode.js';
import type { DecodeReply, DecodeRequest, FrameResult, NormaliseResult } from './decode-messages.js';
import { displayFrame } from './display.js';
import { modalityFrame } from './grey.js';
import { MAX_DECODED_BYTES, MAX_KEPT_BYTES } from './limits.js';
import { normaliseFrame } from './normalise.js';
import { fileVersion, readHeaderFromFile, readTagsFromFile, readWholeFile } from './read-file.js';
import { refusal, thrownText } from './refusal.js';

function reasonOf(error: unknown): string {
  if (error instanceof PretextError) return error.message;
  return `It could not be read (${thrownText(error)}).`;
}

async function normalise(path: string, side: number): Promise<NormaliseResult> {
  const { header, readFrame } = openPixels(readWholeFile(path), path);
  if (header.numberOfFrames * side * side * 2 > MAX_DECODED_BYTES) {
    throw refusal(path, `It has too many frames (${header.numberOfFrames}) for images of ${side} pixels.`);
  }
  const frames: Uint16Array[] = [];
  for (let frame = 0; frame < header.numberOfFrames; frame++) {
    const pixels = await readFrame(frame);
    frames.push(normaliseFrame(modalityFrame(pixels, 0), header.rows, header.columns, header, side));
  }
  return { ok: true, header, frames };
}

/** The file of several frames that was read last: its next frame is likely to be asked for next. */
let kept: { path: string; version: string; source: PixelSource } | null = null;

async function readFrame(path: string, frame: number): Promise<FrameResult> {
  const version = fileVersion(path);
  if (kept?.path !== path || kept.version !== version) {
    kept = null;
    const bytes = readWholeFile(path);
    const source = openPixels(bytes, path);
    const frames = source.header.numberOfFrames;
    if (frames === 1 || bytes.length > MAX_KEPT_BYTES)
      return { ok: true, frame: await displayFrame(source, frame, path) };
    kept = { path, version, source };
  }
  return { ok: true, frame: await displayFrame(kept.source, frame, path) };
}

async function answer(request: DecodeRequest): Promise<DecodeReply> {
  const { id, kind, path } = request;
  try {
    if (kind === 'header') return { id, kind, result: { ok: true, header: readHeaderFromFile(path) } };
    if (kind === 'tags') return { id, kind, result: { ok: true, list: readTagsFromFile(path, request.identifiers) } };
    if (kind === 'frame') return { id, kind, result: await readFrame(path, request.frame) };
    return { id, kind, result: await normalise(path, request.side) };
  } catch (error) {
    return { id, kind, result: { ok: false, reason: reasonOf(error) } };
  }
}

/** The buffers of an answer that go over to the caller instead of being copied. */
function buffersOf(reply: DecodeReply): ArrayBuffer[] {
  if (!reply.result.ok || (reply.kind !== 'frame' && reply.kind !== 'normalise')) return [];
  const arrays: Pick<ArrayBufferView, 'buffer'>[] =
    reply.kind === 'frame' ? [reply.result.frame.pixels.values] : reply.result.frames;
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

parentPort?.on('message', (request: DecodeRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply, buffersOf(reply)));
});
