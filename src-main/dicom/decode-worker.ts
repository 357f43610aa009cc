/** @file Worker thread of the decode pool: reads headers and normalises images, one file after the other. */

import { parentPort } from 'node:worker_threads';
import { PretextError } from '../base/errors.js';
import { openPixels } from './decode.js';
import type { DecodeReply, DecodeRequest, NormaliseResult } from './decode-messages.js';
import { modalityFrame } from './grey.js';
import { MAX_DECODED_BYTES } from './limits.js';
import { normaliseFrame } from './normalise.js';
import { readHeaderFromFile, readTagsFromFile, readWholeFile } from './read-file.js';
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

async function answer(request: DecodeRequest): Promise<DecodeReply> {
  const { id, kind, path } = request;
  try {
    if (kind === 'header') return { id, kind, result: { ok: true, header: readHeaderFromFile(path) } };
    if (kind === 'tags') return { id, kind, result: { ok: true, list: readTagsFromFile(path, request.identifiers) } };
    return { id, kind, result: await normalise(path, request.side) };
  } catch (error) {
    return { id, kind, result: { ok: false, reason: reasonOf(error) } };
  }
}

parentPort?.on('message', (request: DecodeRequest) => {
  void answer(request).then((reply) => {
    const frames = reply.kind === 'normalise' && reply.result.ok ? reply.result.frames : [];
    parentPort?.postMessage(
      reply,
      frames.map(({ buffer }) => buffer as ArrayBuffer),
    );
  });
});
