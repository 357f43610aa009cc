/**
 * @file Readers for a process that may start none itself: Electron's utility processes. The program's main process
 * starts them on request and hands over a port to each, so that pixels do not pass through it.
 */

import type { DecodeReply, DecodeRequest } from './decode-messages.js';
import type { ReaderLimits, StartReader } from './reader-process.js';

/** To main: start reader `reader`, or end it. */
export type ReaderCall =
  | { kind: 'reader-start'; reader: number; limits: ReaderLimits }
  | { kind: 'reader-kill'; reader: number };

/** From main: `reader-started` brings the port. */
export type ReaderNews =
  | { kind: 'reader-started'; reader: number; pid: number | undefined }
  | { kind: 'reader-exit'; reader: number; how: string; complaint: string };

/** The part of Electron's MessagePortMain that is used. */
export interface ReaderPort {
  postMessage(message: DecodeRequest[]): void;
  on(event: 'message', listener: (event: { data: DecodeReply[] }) => void): unknown;
  start(): void;
  close(): void;
}

interface Brokered {
  pid: number | undefined;
  port: ReaderPort | null;
  waiting: DecodeRequest[][];
  watch: Parameters<StartReader>[0];
}

/** Asks for readers and keeps those that run. */
export class ReaderBroker {
  private readonly readers = new Map<number, Brokered>();
  private next = 0;

  constructor(private readonly call: (call: ReaderCall) => void) {}

  readonly start: StartReader = (watch, limits) => {
    const id = this.next++;
    const reader: Brokered = { pid: undefined, port: null, waiting: [], watch };
    this.readers.set(id, reader);
    this.call({ kind: 'reader-start', reader: id, limits });
    return {
      get pid() {
        return reader.pid;
      },
      send: (request) => {
        if (reader.port === null) reader.waiting.push(request);
        else reader.port.postMessage(request);
      },
      kill: () => this.call({ kind: 'reader-kill', reader: id }),
      // The port of its parent keeps a utility process alive; the trainer ends itself when its job is done.
      hold: () => undefined,
    };
  };

  /** Takes what main says. @param port comes with `reader-started` */
  hear(news: ReaderNews, port: ReaderPort | undefined): void {
    const reader = this.readers.get(news.reader);
    if (reader === undefined) return;
    if (news.kind === 'reader-started') {
      reader.pid = news.pid;
      if (port === undefined) return;
      reader.port = port;
      port.on('message', ({ data }) => reader.watch.onReply(data));
      port.start();
      for (const request of reader.waiting.splice(0)) port.postMessage(request);
    } else {
      this.readers.delete(news.reader);
      reader.port?.close();
      reader.watch.onExit(news.how, news.complaint);
    }
  }
}
