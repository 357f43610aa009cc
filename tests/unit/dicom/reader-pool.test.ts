/** @file Which file is blamed when a reader fails that has others to go on with: fake readers, no processes. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReaderPool } from '../../../src-main/dicom/reader-pool.js';
import { OUT_OF_MEMORY, type Reader, type ReaderWatch } from '../../../src-main/dicom/reader-process.js';

interface Question {
  id: number;
  path: string;
}

interface Answer {
  id: number;
  text: string;
}

/** A reader that answers and dies when the test says so. */
class FakeReader implements Reader<Question[]> {
  readonly pid = 1;
  /** Messages it was sent and has not answered, by the paths in them. */
  readonly messages: Question[][] = [];
  killed = false;

  constructor(private readonly watch: ReaderWatch<Answer[]>) {}

  get paths(): string[][] {
    return this.messages.map((questions) => questions.map(({ path }) => path));
  }

  send(questions: Question[]): void {
    this.messages.push(questions);
  }

  kill(): void {
    this.killed = true;
    this.watch.onExit('by signal SIGKILL', '');
  }

  hold(): void {}

  answer(): void {
    const questions = this.messages.shift() ?? [];
    this.watch.onReply(questions.map(({ id, path }) => ({ id, text: path.toUpperCase() })));
  }

  die(complaint = ''): void {
    this.messages.length = 0;
    this.watch.onExit('with code 1', complaint);
  }
}

/** Lets promises settle. */
const turn = () => vi.advanceTimersByTimeAsync(0);

function setUp(paths: string[], isSmall = false) {
  const readers: FakeReader[] = [];
  const pool = new ReaderPool<Question, Answer>(
    (watch) => {
      const reader = new FakeReader(watch);
      readers.push(reader);
      return reader;
    },
    { workers: 1, timeLimitMs: 1000 },
    () => isSmall,
  );
  const results: Record<string, string> = {};
  for (const path of paths) {
    void pool.ask({ path }).then((answer) => {
      results[path] = 'reply' in answer ? answer.reply.text : answer.refused;
    });
  }
  const current = (): FakeReader => readers.at(-1)!;
  return { pool, readers, results, current };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a reader that has its next file already', () => {
  it('gets it while more wait, and never a third', async () => {
    const { current, results } = setUp(['a', 'b', 'c', 'd']);
    await turn();
    expect(current().paths).toEqual([['a'], ['b']]);
    current().answer();
    await turn();
    expect(results).toEqual({ a: 'A' });
    // One is left in the queue: who is idle first shall have it.
    expect(current().paths).toEqual([['b'], ['c']]);
    current().answer();
    await turn();
    expect(current().paths).toEqual([['c']]);
  });

  it('does not get it where few wait', async () => {
    const { current } = setUp(['a', 'b']);
    await turn();
    expect(current().paths).toEqual([['a']]);
  });

  it('dies over the first: that one is asked again by itself, the second is not blamed', async () => {
    const { readers, current, results } = setUp(['bad', 'b', 'c', 'd']);
    await turn();
    current().die(OUT_OF_MEMORY);
    await turn();
    expect(readers).toHaveLength(2);
    expect(current().paths).toEqual([['bad']]);
    current().die(OUT_OF_MEMORY);
    await turn();
    expect(results).toEqual({ bad: 'Reading it takes too much memory.' });
    expect(current().paths).toEqual([['b'], ['c']]);
    for (let i = 0; i < 3; i++) {
      current().answer();
      await turn();
    }
    expect(results).toMatchObject({ b: 'B', c: 'C', d: 'D' });
    expect(readers).toHaveLength(3);
  });

  it('dies over the second, the answer to the first lost or not: the second alone is refused', async () => {
    for (const lost of [false, true]) {
      const { current, results } = setUp(['a', 'bad', 'c', 'd', 'e']);
      await turn();
      if (!lost) current().answer();
      await turn();
      current().die(OUT_OF_MEMORY);
      await turn();
      if (lost) {
        expect(current().paths).toEqual([['a']]);
        current().answer();
        await turn();
        expect(current().paths).toEqual([['bad'], ['c']]);
        current().die(OUT_OF_MEMORY);
        await turn();
      }
      expect(results).toEqual({ a: 'A' });
      expect(current().paths).toEqual([['bad']]);
      current().die(OUT_OF_MEMORY);
      await turn();
      expect(results).toEqual({ a: 'A', bad: 'Reading it takes too much memory.' });
      expect(current().paths).toEqual([['c'], ['d']]);
    }
  });

  it('dies without a word: no file is blamed until it has ended two readers that had no other', async () => {
    const { current, results } = setUp(['bad', 'b', 'c', 'd']);
    await turn();
    for (let death = 0; death < 2; death++) {
      current().die();
      await turn();
      expect(current().paths).toEqual([['bad']]);
      expect(results).toEqual({});
    }
    current().die();
    await turn();
    expect(results).toEqual({ bad: 'Reading it ended the reader unexpectedly (with code 1).' });
    expect(current().paths).toEqual([['b'], ['c']]);
  });

  it('has the time of each file for that file, not for the one that waits', async () => {
    const { readers, current, results } = setUp(['a', 'slow', 'c', 'd', 'e']);
    await turn();
    // A reader that starts has more time: 5 s and the limit.
    current().answer();
    await turn();
    expect(current().paths).toEqual([['slow'], ['c']]);
    await vi.advanceTimersByTimeAsync(900);
    current().answer();
    await turn();
    expect(results).toEqual({ a: 'A', slow: 'SLOW' });
    await vi.advanceTimersByTimeAsync(900);
    expect(readers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(results).toMatchObject({ c: 'It took longer than 1 seconds to read.' });
    expect(readers[0]?.killed).toBe(true);
    expect(current().paths).toEqual([['d']]);
    current().answer();
    await turn();
    current().answer();
    await turn();
    expect(results).toMatchObject({ d: 'D', e: 'E' });
  });

  it('fails over a message of several files: each of them is asked again by itself, those behind together', async () => {
    const paths = Array.from({ length: 64 }, (_, index) => `f${index}`);
    const { current, results } = setUp(paths, true);
    await turn();
    expect(current().paths).toEqual([paths.slice(0, 16), paths.slice(16, 32)]);
    current().die(OUT_OF_MEMORY);
    await turn();
    for (let i = 0; i < 16; i++) {
      expect(current().paths).toEqual([[`f${i}`]]);
      if (i === 5) current().die(OUT_OF_MEMORY);
      else current().answer();
      await turn();
    }
    expect(current().paths).toEqual([paths.slice(16, 32), paths.slice(32, 48)]);
    expect(results.f5).toMatch(/memory/);
    expect(Object.keys(results)).toHaveLength(16);
  });

  it('is stopped: both files are refused', async () => {
    const { pool, results } = setUp(['a', 'b', 'c']);
    await turn();
    await pool.close();
    await turn();
    expect(Object.values(results)).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/stopped/)));
  });
});
