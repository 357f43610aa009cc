/** @file A run's diary read on while it grows, and how a run stands by its last lines. */

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunDiary, thin } from '../../../src-main/training/diary.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-diary-'));
  path = join(folder, 'events.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (second: number) => new Date(1_700_000_000_000 + second * 1000).toISOString();
const step = (number: number, second = number) =>
  `${JSON.stringify({ time: at(second), event: 'step', step: number, epoch: 1, loss: 1 / number, learningRate: 0.1, gradientNorm: 1, monitors: {} })}\n`;
const started = (number: number, second: number) =>
  `${JSON.stringify({ time: at(second), event: 'started', step: number, totalSteps: 9, device: 'cpu', threads: 1, resumed: number > 0 })}\n`;

describe('RunDiary', () => {
  it('has no points where there is no diary yet', async () => {
    const diary = new RunDiary(path);
    await diary.read();
    expect(diary.curve(100)).toEqual({ points: [], speeds: [], alarms: [], seconds: 0 });
  });

  it('reads on from where it was, and waits for the end of a line', async () => {
    writeFileSync(path, started(0, 0) + step(1));
    const diary = new RunDiary(path);
    await diary.read();
    const line = step(2);
    appendFileSync(path, line.slice(0, 30));
    await diary.read();
    expect(diary.curve(100).points.map((point) => point.step)).toEqual([1]);
    appendFileSync(path, line.slice(30));
    await diary.read();
    expect(diary.curve(100).points).toEqual([
      { step: 1, loss: 1, learningRate: 0.1 },
      { step: 2, loss: 0.5, learningRate: 0.1 },
    ]);
  });

  it('takes back what a resumed run does again, and leaves the pause out of its time', async () => {
    writeFileSync(path, started(0, 0) + step(1) + step(2) + step(3) + started(1, 1000) + step(2, 1002));
    const diary = new RunDiary(path);
    await diary.read();
    const { points, seconds } = diary.curve(100);
    expect(points.map((point) => point.step)).toEqual([1, 2]);
    expect(seconds).toBe(3 + 2);
  });

  it('reads a diary of many parts as one', async () => {
    const lines = Array.from({ length: 6000 }, (_, index) => step(index + 1));
    writeFileSync(path, lines.join(''));
    const diary = new RunDiary(path);
    await Promise.all([diary.read(), diary.read()]);
    const { points } = diary.curve(10_000);
    expect(points.map((point) => point.step)).toEqual(Array.from({ length: 6000 }, (_, index) => index + 1));
  });
});

it('thins to means at the last step of each neighbourhood', () => {
  const points = Array.from({ length: 7 }, (_, index) => ({ step: index + 1, loss: index, learningRate: index }));
  expect(thin(points, 3)).toEqual([
    { step: 3, loss: 1, learningRate: 2 },
    { step: 6, loss: 4, learningRate: 5 },
    { step: 7, loss: 6, learningRate: 6 },
  ]);
  expect(thin(points, 100)).toEqual(points);
});
