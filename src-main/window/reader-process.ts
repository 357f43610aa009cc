/** @file Readers of files as Electron's utility processes, for the window's own pools and for its trainers. */

import { MessageChannelMain, type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import { entryPath } from '../base/entries.js';
import type { DecodeReply, DecodeRequest } from '../dicom/decode-messages.js';
import type { ReaderCall, ReaderNews } from '../dicom/reader-broker.js';
import { Complaint, type ReaderLimits, readerArguments, type StartReader } from '../dicom/reader-process.js';

/** Lets the last of standard error arrive, milliseconds. */
const LAST_WORDS = 50;

function forkReader(
  limits: ReaderLimits,
  onExit: (how: string, complaint: string) => void,
  onSpawn: (child: UtilityProcess) => void,
): UtilityProcess {
  const complaint = new Complaint();
  const child = utilityProcess.fork(entryPath('decode-worker'), readerArguments(limits), {
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Pretext reader',
  });
  child.stderr?.on('data', (chunk: Buffer) => complaint.add(chunk));
  child.once('spawn', () => onSpawn(child));
  child.once('exit', (code) => setTimeout(() => onExit(`with code ${code}`, complaint.text), LAST_WORDS));
  return child;
}

/** Ends a process that may be deaf to everything else. */
function killNow(child: UtilityProcess): void {
  try {
    if (child.pid === undefined) child.kill();
    else process.kill(child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** A reader of the main process. */
export const startUtilityReader: StartReader = (watch, limits) => {
  const waiting: DecodeRequest[][] = [];
  let spawned = false;
  let killed = false;
  const child = forkReader(limits, watch.onExit, () => {
    spawned = true;
    if (killed) killNow(child);
    for (const requests of waiting.splice(0)) child.postMessage(requests);
  });
  child.on('message', (replies: DecodeReply[]) => watch.onReply(replies));
  return {
    get pid() {
      return child.pid;
    },
    send: (requests) => {
      if (spawned) child.postMessage(requests);
      else waiting.push(requests);
    },
    kill: () => {
      killed = true;
      if (spawned) killNow(child);
    },
    hold: () => undefined,
  };
};

/** Starts and ends readers on behalf of one trainer. */
export class TrainerReaders {
  private readonly children = new Map<number, UtilityProcess>();
  private closed = false;

  constructor(private readonly tell: (news: ReaderNews, ports: MessagePortMain[]) => void) {}

  hear(call: ReaderCall): void {
    const { reader } = call;
    if (call.kind === 'reader-kill') {
      const child = this.children.get(reader);
      // One that has not begun is ended when it does.
      if (child?.pid !== undefined) killNow(child);
      else child?.once('spawn', () => killNow(child));
      return;
    }
    const child = forkReader(
      call.limits,
      (how, complaint) => {
        this.children.delete(reader);
        if (!this.closed) this.tell({ kind: 'reader-exit', reader, how, complaint }, []);
      },
      (started) => {
        if (this.closed) {
          killNow(started);
          return;
        }
        const { port1, port2 } = new MessageChannelMain();
        started.postMessage(null, [port1]);
        this.tell({ kind: 'reader-started', reader, pid: started.pid }, [port2]);
      },
    );
    this.children.set(reader, child);
  }

  /** The trainer has ended: nobody waits for its readers. */
  close(): void {
    this.closed = true;
    for (const child of this.children.values()) killNow(child);
  }
}
