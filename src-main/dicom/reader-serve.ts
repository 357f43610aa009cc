/** @file What every reader process does: takes one request after the other, watched by its guard. */

import { PretextError } from '../base/errors.js';
import { type Guard, startGuard } from './guard-cells.js';

/** Starts the guard of this reader, with the limits that its pool gave it (see `readerArguments`). */
export function guardReader(): Guard {
  const [memoryMb, timeMs] = process.argv.slice(2).map(Number);
  return startGuard(memoryMb || 1024, timeMs || 30_000);
}

/** A message port of Electron: of a utility process itself, or one that it was handed. */
interface ElectronPort<Request, Reply> {
  postMessage(message: Reply[]): void;
  on(
    event: 'message',
    listener: (event: { data: Request[] | null; ports: ElectronPort<Request, Reply>[] }) => void,
  ): void;
  start?(): void;
}

/**
 * Answers requests, which come and go several at a time and one message after the other, from the process that started
 * this one, or through a port that it hands on for another.
 *
 * @param answer never rejects
 * @throws PretextError `internal` where no program started this process
 */
export function serveRequests<Request extends { path: string }, Reply>(
  guard: Guard,
  answer: (request: Request) => Promise<Reply>,
): void {
  /** The messages that came before. */
  let before = Promise.resolve();
  const serve = (requests: Request[], reply: (replies: Reply[]) => void): void => {
    // One file at a time: the guard watches one.
    before = before.then(() => answerAll(requests)).then(reply);
  };
  const answerAll = async (requests: Request[]): Promise<Reply[]> => {
    const replies: Reply[] = [];
    for (const request of requests) {
      guard.begin(request.path);
      replies.push(await answer(request));
      guard.end();
    }
    return replies;
  };
  const serveElectron = (port: ElectronPort<Request, Reply>): void => {
    port.on('message', ({ data, ports: [handed] }) => {
      if (handed !== undefined) serveElectron(handed);
      else if (data !== null) serve(data, (replies) => port.postMessage(replies));
    });
    port.start?.();
  };
  const parentPort = (process as unknown as { parentPort?: ElectronPort<Request, Reply> }).parentPort;
  if (parentPort !== undefined) serveElectron(parentPort);
  else if (process.send !== undefined) {
    process.on('message', (requests) => serve(requests as Request[], (replies) => void process.send?.(replies)));
    // Whoever asked is gone, and with it the need for an answer.
    process.on('disconnect', () => process.exit(0));
    // A terminal's Ctrl-C reaches the whole group; what is stopped, and when, is the pool's to say.
    process.on('SIGINT', () => undefined);
  } else throw new PretextError({ code: 'internal', message: 'A reader is started by Pretext, not by hand.' });
}
