/** @file A reader of the decode pool: a process that reads headers, normalises and decodes, one file after the other. */

import { PretextError } from '../base/errors.js';
import { openImage, type PixelSource } from './decode.js';
import type { DecodeReply, DecodeRequest, FrameResult, HeaderResult, NormaliseResult } from './decode-messages.js';
import { displayFrame } from './display.js';
import { modalityFrame } from './grey.js';
import { startGuard } from './guard-cells.js';
import { type Inspection, inspectBytes } from './inspect.js';
import { MAX_DECODED_BYTES, MAX_KEPT_BYTES } from './limits.js';
import { normaliseFrame } from './normalise.js';
import { nativeFrameBits } from './pixel-module.js';
import {
  fileVersion,
  readContents,
  readHeaderFromFile,
  readTagsFromFile,
  readWholeFile,
  requireReadable,
} from './read-file.js';
import { refusal, thrownText } from './refusal.js';
import { levelsOf, paddingOf, voiOf } from './voi.js';

const [memoryMb, timeMs] = process.argv.slice(2).map(Number);
const guard = startGuard(memoryMb || 1024, timeMs || 30_000);

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

function reasonOf(error: unknown): string {
  if (error instanceof PretextError) return error.message;
  return `It could not be read (${thrownText(error)}).`;
}

/** Refuses what is no regular file, empty or too large before its content is read. */
async function inspectFile(path: string): Promise<Inspection> {
  await requireReadable(path);
  return inspectBytes(await readWholeFile(path), path, openWatched);
}

async function normalise(path: string, side: number): Promise<NormaliseResult> {
  const { header, elements, readFrame } = await openWatched(await readWholeFile(path), path);
  if (header.numberOfFrames * side * side * 2 > MAX_DECODED_BYTES) {
    throw refusal(path, `It has too many frames (${header.numberOfFrames}) for images of ${side} pixels.`);
  }
  const frames: Uint16Array[] = [];
  for (let frame = 0; frame < header.numberOfFrames; frame++) {
    const pixels = await readFrame(frame);
    const guide =
      elements === null
        ? undefined
        : { voi: voiOf(levelsOf(elements, frame), header), padding: paddingOf(elements, header, pixels.mapping) };
    frames.push(normaliseFrame(modalityFrame(pixels, 0), header.rows, header.columns, header, side, guide));
  }
  return { ok: true, header, frames };
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
    return { id, kind, result: await normalise(path, request.side) };
  } catch (error) {
    return { id, kind, result: { ok: false, reason: reasonOf(error) } };
  }
}

/** A message port of Electron: of a utility process itself, or one that it was handed. */
interface ElectronPort {
  postMessage(message: DecodeReply): void;
  on(event: 'message', listener: (event: { data: DecodeRequest | null; ports: ElectronPort[] }) => void): void;
  start?(): void;
}

function serve(request: DecodeRequest, reply: (reply: DecodeReply) => void): void {
  guard.begin(request.path);
  void answer(request).then((answered) => {
    guard.end();
    reply(answered);
  });
}

/** Requests come from the process that started this one, or through a port that it hands on for another. */
function serveElectron(port: ElectronPort): void {
  port.on('message', ({ data, ports: [handed] }) => {
    if (handed !== undefined) serveElectron(handed);
    else if (data !== null) serve(data, (reply) => port.postMessage(reply));
  });
  port.start?.();
}

const parentPort = (process as unknown as { parentPort?: ElectronPort }).parentPort;
if (parentPort !== undefined) serveElectron(parentPort);
else if (process.send !== undefined) {
  process.on('message', (request) => serve(request as DecodeRequest, (reply) => process.send?.(reply)));
  // Whoever asked is gone, and with it the need for an answer.
  process.on('disconnect', () => process.exit(0));
  // A terminal's Ctrl-C reaches the whole group; what is stopped, and when, is the pool's to say.
  process.on('SIGINT', () => undefined);
} else throw new PretextError({ code: 'internal', message: 'A reader is started by Pretext, not by hand.' });
