/** @file How the decode pool starts a reader: a process of its own, so that no file can take the program along. */

import { fork } from 'node:child_process';
import { type EntryName, entryPath } from '../base/entries.js';
import type { DecodeReply, DecodeRequest } from './decode-messages.js';

export interface ReaderLimits {
  /** Most resident memory while a small file is read, MiB; the guard adds twice the size of the file. */
  memoryMb: number;
  /** Longest time for one file, milliseconds. The pool enforces it; the guard does where the pool is gone. */
  timeMs: number;
}

/** What a reader tells the pool that started it. */
export interface ReaderWatch<Reply = DecodeReply[]> {
  onReply(reply: Reply): void;
  /** The process ended. @param how 'with code 1', 'by signal SIGKILL' @param complaint end of its standard error */
  onExit(how: string, complaint: string): void;
  /** The system did not start it. */
  onFailure(error: Error): void;
}

export interface Reader<Request = DecodeRequest[]> {
  /** Undefined until it runs. */
  readonly pid: number | undefined;
  send(request: Request): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
  /** Whether it keeps the program that started it alive. */
  hold(alive: boolean): void;
}

/** Starts a reader. Electron's program has no Node.js to fork, so its processes bring ways of their own. */
export type StartReader<Request = DecodeRequest[], Reply = DecodeReply[]> = (
  watch: ReaderWatch<Reply>,
  limits: ReaderLimits,
) => Reader<Request>;

/** What the guard writes before it ends a reader that outgrew its memory; V8 has the same words for its heap. */
export const OUT_OF_MEMORY = 'out of memory';
/** The same for a file that keeps the processor busy without end. */
export const OUT_OF_TIME = 'out of time';

/** Most text of a reader's standard error that is kept. */
const COMPLAINT = 4000;

/** Arguments of the reader's entry point. */
export function readerArguments(limits: ReaderLimits): string[] {
  return [String(limits.memoryMb), String(limits.timeMs)];
}

/** Collects the end of what a reader writes to standard error. */
export class Complaint {
  text = '';

  add(chunk: Buffer): void {
    this.text = (this.text + chunk.toString()).slice(-COMPLAINT);
  }
}

/** Pixels in buffers of their own: Node's channel gives views of the whole message, which a later copy would drag along. */
function withOwnBuffers(reply: DecodeReply): DecodeReply {
  if (!reply.result.ok) return reply;
  if (reply.kind === 'normalise') {
    const { result } = reply;
    return { ...reply, result: { ...result, frames: result.frames.map((frame) => frame.slice()) } };
  }
  if (reply.kind === 'frame') {
    const { frame } = reply.result;
    const pixels = { ...frame.pixels, values: frame.pixels.values.slice() } as typeof frame.pixels;
    return { ...reply, result: { ok: true, frame: { ...frame, pixels } } };
  }
  return reply;
}

/** Readers as child processes of Node that run the built file `entry`. @param received what becomes of a reply first */
export function forkReader<Request extends object, Reply>(
  entry: EntryName,
  received: (reply: Reply) => Reply = (reply) => reply,
): StartReader<Request, Reply> {
  return (watch, limits) => {
    const complaint = new Complaint();
    const child = fork(entryPath(entry), readerArguments(limits), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      // V8 itself does not start with much less.
      execArgv: [`--max-old-space-size=${Math.max(128, limits.memoryMb)}`],
    });
    const errors = child.stderr as (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | null;
    errors?.on('data', (chunk: Buffer) => complaint.add(chunk));
    child.on('message', (message) => watch.onReply(received(message as Reply)));
    child.on('error', (error) => watch.onFailure(error));
    // 'close' comes after the last of standard error, 'exit' may come before.
    child.on('close', (code, signal) =>
      watch.onExit(signal === null ? `with code ${code}` : `by signal ${signal}`, complaint.text),
    );
    return {
      get pid() {
        return child.pid;
      },
      // A reader that has just died takes no message; its end is reported by 'close'.
      send: (request) => void (child.connected && child.send(request, () => undefined)),
      kill: () => void child.kill('SIGKILL'),
      hold: (alive) => {
        for (const part of [child, child.channel, errors]) alive ? part?.ref?.() : part?.unref?.();
      },
    };
  };
}

let startReader: StartReader = forkReader('decode-worker', (replies) => replies.map(withOwnBuffers));

/** Says how readers are started in this process from now on; without it they are child processes of Node. */
export function setReaderStart(start: StartReader): void {
  startReader = start;
}

/** Starts a reader in the way of this process. @throws PretextError `internal` where its built file is missing. */
export function newReader(watch: ReaderWatch, limits: ReaderLimits): Reader {
  return startReader(watch, limits);
}
