/** @file Ctrl-C: the first asks the work to stop at a safe point, the second ends everything at once. */

/** Exit code of a command that the user stopped (128 + SIGINT, as shells count). */
export const STOPPED = 130;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Interruption {
  private readonly abort = new AbortController();
  private readonly children = new Set<number>();
  private readonly receive = () => this.interrupt();

  constructor(
    private readonly onFirst: () => void,
    private readonly exit: (code: number) => void,
  ) {
    for (const name of SIGNALS) process.on(name, this.receive);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** A trainer process that must not outlive a second Ctrl-C. */
  adopt(pid: number): void {
    this.children.add(pid);
  }

  interrupt(): void {
    if (!this.abort.signal.aborted) {
      this.onFirst();
      this.abort.abort();
      return;
    }
    for (const pid of this.children) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    this.exit(STOPPED);
  }

  /** Gives the signals back to Node. */
  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.receive);
  }
}
