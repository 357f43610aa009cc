/** @file A run's diary as a curve, read on as it grows: a long one is read in parts, so that nothing waits for it. */

import { type FileHandle, open } from 'node:fs/promises';
import { fileError, systemCode } from '../base/errors.js';
import { type Alarm, parseEvent, type RunEvent } from './events.js';

export interface CurvePoint {
  step: number;
  loss: number;
  learningRate: number;
}

export interface RunCurve {
  /** Means of neighbouring steps where there are many. */
  points: CurvePoint[];
  speeds: { step: number; imagesPerSecond: number }[];
  alarms: { step: number; alarm: Alarm; message: string }[];
  /** Seconds that it trained, without the times in which it was paused. */
  seconds: number;
}

const PART_BYTES = 256 * 1024;

/** Means of `most` or fewer neighbourhoods of equal size, each at its last step. */
export function thin(points: readonly CurvePoint[], most: number): CurvePoint[] {
  const size = Math.max(1, Math.ceil(points.length / most));
  const thinned: CurvePoint[] = [];
  for (let start = 0; start < points.length; start += size) {
    const part = points.slice(start, start + size);
    const { step, learningRate } = part[part.length - 1];
    thinned.push({ step, learningRate, loss: part.reduce((sum, { loss }) => sum + loss, 0) / part.length });
  }
  return thinned;
}

export class RunDiary {
  private readonly points: CurvePoint[] = [];
  private readonly speeds: RunCurve['speeds'] = [];
  private readonly alarms: RunCurve['alarms'] = [];
  private seconds = 0;
  private lastMs: number | null = null;
  private position = 0;
  private rest = Buffer.alloc(0);
  private reading: Promise<void> | null = null;

  /** @param path events.jsonl */
  constructor(private readonly path: string) {}

  /** Reads what was written since. @throws PretextError `unreadable` */
  read(): Promise<void> {
    this.reading ??= this.readOn().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  curve(most: number): RunCurve {
    const { speeds, alarms, seconds } = this;
    const every = Math.max(1, Math.ceil(speeds.length / most));
    return {
      points: thin(this.points, most),
      speeds: speeds.filter((_, index) => index % every === 0 || index === speeds.length - 1),
      alarms: [...alarms],
      seconds,
    };
  }

  private async readOn(): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.path, 'r');
      const part = Buffer.alloc(PART_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(part, 0, part.length, this.position);
        if (bytesRead === 0) return;
        this.position += bytesRead;
        const bytes = Buffer.concat([this.rest, part.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(10);
        // A line that is being written is taken with the next part.
        this.rest = Buffer.from(bytes.subarray(end + 1));
        for (const line of bytes.toString('utf8', 0, Math.max(0, end)).split('\n')) this.take(parseEvent(line));
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError(error, this.path);
    } finally {
      await file?.close();
    }
  }

  private take(event: RunEvent | null): void {
    if (event === null) return;
    this.passTime(event);
    switch (event.event) {
      case 'started':
        // It goes on from a checkpoint: what came after that is done again.
        for (const list of [this.points, this.speeds, this.alarms]) {
          while (list.length > 0 && (list[list.length - 1]?.step ?? 0) > event.step) list.pop();
        }
        break;
      case 'step':
        if (Number.isFinite(event.loss)) {
          this.points.push({ step: event.step, loss: event.loss, learningRate: event.learningRate });
        }
        break;
      case 'speed':
        this.speeds.push({ step: event.step, imagesPerSecond: event.imagesPerSecond });
        break;
      case 'alarm':
        this.alarms.push({ step: event.step, alarm: event.alarm, message: event.message });
        break;
    }
  }

  private passTime(event: RunEvent): void {
    const ms = 'time' in event ? Date.parse(String(event.time)) : Number.NaN;
    if (!Number.isFinite(ms)) return;
    if (event.event === 'started') this.lastMs = null;
    if (this.lastMs !== null && event.event !== 'discarded') this.seconds += Math.max(0, ms - this.lastMs) / 1000;
    this.lastMs = ms;
  }
}
