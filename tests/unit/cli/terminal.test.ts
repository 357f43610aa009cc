/** @file What the terminal writes for people, logs and machines; Ctrl-C. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { formatDuration, formatFigure, formatTable } from '../../../src-main/cli/format.js';
import { Interruption } from '../../../src-main/cli/interrupt.js';
import { Terminal } from '../../../src-main/cli/terminal.js';

function terminal(options: { json?: boolean; isTTY?: boolean } = {}) {
  const said = { out: '', err: '' };
  const sink = (stream: 'out' | 'err') => ({
    isTTY: options.isTTY === true,
    columns: 60,
    write: (text: string) => {
      said[stream] += text;
    },
  });
  return { said, terminal: new Terminal(options.json === true, { out: sink('out'), err: sink('err') }) };
}

const step = (done: number) => ({ phase: 'Pretraining', done, total: 100, etaSeconds: 65 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('progress', () => {
  it('is one line that is drawn again on a screen, within its width', () => {
    const { said, terminal: screen } = terminal({ isTTY: true });
    for (const done of [1, 50, 100]) {
      vi.advanceTimersByTime(1000);
      screen.progress(step(done), ', loss 0.5');
    }
    screen.note('Done.');
    expect(said.out).toBe('');
    const lines = said.err.split('\n');
    expect(lines.length).toBe(3);
    const drawn = (lines[0] ?? '').split('\r').slice(1);
    expect(drawn.length).toBe(3);
    expect(drawn[1]).toMatch(/^\[#{12}\.{12}\] Pretraining: 50 of 100, loss/);
    for (const text of drawn) expect(text.length).toBeLessThan(60);
    expect(lines[1]).toBe('Done.');
  });

  it('is a line now and then in a log', () => {
    const { said, terminal: log } = terminal();
    for (let done = 1; done <= 100; done++) {
      vi.advanceTimersByTime(500);
      log.progress(step(done));
    }
    const lines = said.err.trimEnd().split('\n');
    expect(lines.length).toBe(6);
    expect(lines[0]).toBe('Pretraining: 1 of 100, 1:05 left');
    expect(lines.at(-1)).toBe('Pretraining: 100 of 100');
    expect(said.err).not.toContain('\r');
  });

  it('is an event for machines, not for every step', () => {
    const { said, terminal: machine } = terminal({ json: true });
    for (let done = 1; done <= 100; done++) {
      vi.advanceTimersByTime(10);
      machine.progress(step(done));
    }
    const lines = said.out.trimEnd().split('\n');
    expect(lines.length).toBe(6);
    expect(JSON.parse(lines[0] ?? '')).toEqual({ event: 'progress', ...step(1) });
    expect(said.err).toBe('');
  });
});

describe('errors', () => {
  it('show neither stack nor cause, and a defect says how to report it', () => {
    const { said, terminal: people } = terminal();
    people.error(new TypeError('undefined is not a function'));
    expect(said.err).toMatch(
      /^pretext: TypeError: undefined is not a function This is a defect of Pretext\. Please report/,
    );
    expect(said.err.trimEnd()).not.toContain('\n');
  });

  it('show the stack with PRETEXT_DEBUG=1', () => {
    vi.stubEnv('PRETEXT_DEBUG', '1');
    const { said, terminal: people } = terminal();
    people.error(new TypeError('undefined is not a function'));
    expect(said.err).toMatch(/\n\s+at .*terminal\.test/);
  });

  it('are the last line for machines', () => {
    const { said, terminal: machine } = terminal({ json: true });
    machine.event({ event: 'step' });
    machine.error(
      new PretextError({ code: 'bad-file', message: 'It is cut off.', path: '/a', remedy: 'Copy it again.' }),
    );
    expect(JSON.parse(said.out.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      error: { code: 'bad-file', message: 'It is cut off.', path: '/a', remedy: 'Copy it again.' },
    });
    expect(said.err).toBe('pretext: It is cut off. (/a) Copy it again.\n');
  });
});

describe('Ctrl-C', () => {
  it('asks first, and ends everything the second time', () => {
    const asked = vi.fn();
    const exit = vi.fn();
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const interruption = new Interruption(asked, exit);
    interruption.adopt(1234);
    process.emit('SIGINT');
    expect(asked).toHaveBeenCalledTimes(1);
    expect(interruption.signal.aborted).toBe(true);
    expect(exit).not.toHaveBeenCalled();
    process.emit('SIGINT');
    expect(kill).toHaveBeenCalledWith(1234, 'SIGKILL');
    expect(exit).toHaveBeenCalledWith(130);
    interruption.dispose();
    kill.mockRestore();
    expect(process.listeners('SIGINT')).not.toContain(Reflect.get(interruption, 'receive'));
  });
});

describe('text for people', () => {
  it('has durations, figures with intervals and aligned tables', () => {
    expect([8.4, 185, 7385].map(formatDuration)).toEqual(['8 s', '3:05', '2:03:05']);
    expect(formatFigure({ mean: 0.9123, low: 0.87, high: 0.94 })).toBe('0.912 (0.870 to 0.940)');
    expect(formatFigure({ mean: 0.9123, low: null, high: null })).toBe('0.912 (no interval)');
    expect(formatFigure({ mean: null, low: null, high: null })).toBe('-');
    expect(
      formatTable(
        ['name', 'n'],
        [
          ['a', '5'],
          ['long name', '12'],
        ],
      ),
    ).toBe(['name        n', '---------  --', 'a           5', 'long name  12'].join('\n'));
  });
});
