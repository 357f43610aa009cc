/** @file The pixel cache on disk: what is committed stays, what is torn is dropped and overwritten. */

import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PretextError } from '../../../src-main/base/errors.js';
import { flipAllowed } from '../../../src-main/pixels/flip.js';
import { PixelRecords, recordBytes } from '../../../src-main/pixels/records.js';
import { cacheSideFor, cacheSides } from '../../../src-main/pixels/side.js';
import { PixelStoreWriter, readStore, type StoreFiles, storeFiles } from '../../../src-main/pixels/store.js';

const side = 8;
let folder = '';
let files: StoreFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-store-'));
  files = storeFiles(folder, side, 1);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const frame = (value: number) => new Uint16Array(side * side).fill(value);

async function write(images: Record<number, number[]>, commit = true): Promise<void> {
  const store = new PixelStoreWriter(folder, files, side);
  for (const [image, values] of Object.entries(images)) store.append(Number(image), values.map(frame));
  if (commit) await store.commit();
  await store.close();
}

function contentOf(image: number): number[] {
  const stored = readStore(files, side).stored.get(image);
  if (stored === undefined) return [];
  const records = new PixelRecords(files.pixels, side);
  const target = new Uint16Array(side * side);
  const values = Array.from({ length: stored.frames }, (_, i) => {
    records.read(stored.slot + i, target);
    expect(new Set(target).size).toBe(1);
    return target[0]!;
  });
  records.close();
  return values;
}

describe('PixelStoreWriter', () => {
  it('keeps images over openings, frames in order, little endian', async () => {
    await write({ 5: [258] });
    await write({ 9: [7, 8, 9], 2: [1] });
    expect([contentOf(5), contentOf(9), contentOf(2)]).toEqual([[258], [7, 8, 9], [1]]);
    expect([...readFileSync(files.pixels).subarray(0, 4)]).toEqual([2, 1, 2, 1]);
    expect(statSync(files.pixels).size).toBe(5 * recordBytes(side));
  });

  it('shows nothing before the commit, and overwrites it after a crash', async () => {
    await write({ 1: [11] });
    await write({ 2: [22, 23] }, false);
    expect(readStore(files, side).stored.size).toBe(1);
    await write({ 3: [33] });
    expect([contentOf(1), contentOf(2), contentOf(3)]).toEqual([[11], [], [33]]);
    expect(readStore(files, side).stored.get(3)?.slot).toBe(1);
  });

  it('takes images while a commit runs: they belong to the next one', async () => {
    const store = new PixelStoreWriter(folder, files, side);
    store.append(1, [frame(11)]);
    const first = store.commit();
    await new Promise((resolve) => process.nextTick(resolve));
    store.append(2, [frame(22)]);
    const second = store.commit();
    expect(store.uncommitted).toBe(1);
    await first;
    expect([...readStore(files, side).stored.keys()]).toEqual([1]);
    await second;
    expect(store.uncommitted).toBe(0);
    await store.close();
    expect([contentOf(1), contentOf(2)]).toEqual([[11], [22]]);
  });

  it('fails over a commit that follows a failed one, and shows nothing of either', async () => {
    await write({ 1: [11] });
    const store = new PixelStoreWriter(folder, files, side);
    store.append(2, [frame(22)]);
    // A row that no JSON line can be made of stands for any failure.
    store.skip({ image: 5, skipped: 1n as unknown as string, file: null });
    await expect(store.commit()).rejects.toThrow();
    store.append(3, [frame(33)]);
    await expect(store.commit()).rejects.toThrow();
    await store.close();
    expect([...readStore(files, side).stored.keys()]).toEqual([1]);
  });

  it('keeps the range of a series, and which range an image was made with', async () => {
    const store = new PixelStoreWriter(folder, files, side);
    const first = { series: 4, range: [0.1, 7.25] as const, tried: [[1, 0] as const], taken: 1 };
    store.measured(first);
    store.append(1, [frame(11)], { range: first.range });
    store.append(2, [frame(22)]);
    store.append(3, [frame(33)], { range: null });
    await store.commit();
    const second = { ...first, range: null, taken: 0 };
    store.measured(second);
    await store.commit();
    await store.close();
    const index = readStore(files, side);
    expect(index.series.get(4)).toEqual(second);
    expect([1, 2, 3].map((image) => index.stored.get(image)?.range)).toEqual([[0.1, 7.25], undefined, null]);
    for (const bad of [{ range: [2, 1] }, { range: 'x' }, { tried: [[1]] }, { tried: [[-1, 0]] }, { taken: -1 }]) {
      appendFileSync(files.index, `${JSON.stringify({ ...first, series: 5, ...bad })}\n`);
      expect(readStore(files, side).series.has(5)).toBe(false);
      expect(readStore(files, side).stored.size).toBe(3);
    }
  });

  it('keeps the box of a series and the part that an image shows, and nothing of a damaged one', async () => {
    const store = new PixelStoreWriter(folder, files, side);
    const box = [0.1, 0, 0.75, 1] as const;
    store.measured({ series: 4, range: null, tried: [], taken: 0, box });
    store.append(1, [frame(11)], { range: null, box, shown: box });
    store.append(2, [frame(22)], { range: null, box, shown: null });
    store.append(3, [frame(33)], { shown: [0, 0.5, 1, 1] });
    await store.commit();
    await store.close();
    const index = readStore(files, side);
    expect(index.series.get(4)?.box).toEqual(box);
    expect([1, 2, 3].map((image) => index.stored.get(image)?.shown)).toEqual([box, null, [0, 0.5, 1, 1]]);
    expect([1, 2, 3].map((image) => index.stored.get(image)?.box)).toEqual([box, box, undefined]);
    for (const bad of [
      'x',
      [0, 0, 1],
      [0, 0, 0, 1],
      [-0.1, 0, 1, 1],
      [0, 0, 1, 1.5],
      [0.5, 0, 0.5, 1],
      [0, null, 1, 1],
    ]) {
      appendFileSync(files.index, `${JSON.stringify({ image: 9, slot: 0, frames: 1, shown: bad })}\n`);
      expect(readStore(files, side).stored.size).toBe(3);
    }
  });

  it('survives an index that was cut at any byte', async () => {
    await write({ 1: [11], 2: [22, 23] });
    const whole = readFileSync(files.index);
    const firstLine = whole.indexOf(0x0a) + 1;
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(files.index, whole.subarray(0, length));
      const known = readStore(files, side).stored.size;
      expect(known).toBe(length === whole.length ? 2 : length >= firstLine ? 1 : 0);
      await write({ 7: [77] });
      expect(contentOf(7)).toEqual([77]);
      if (known > 0) expect(contentOf(1)).toEqual([11]);
      writeFileSync(files.pixels, Buffer.from(Uint16Array.from([11, 22, 23].flatMap((v) => [...frame(v)])).buffer));
    }
  });

  it('drops rows whose pixels the file system lost, and those after garbage', async () => {
    await write({ 1: [11], 2: [22], 3: [33] });
    truncateSync(files.pixels, 2 * recordBytes(side) + 3);
    expect([...readStore(files, side).stored.keys()]).toEqual([1, 2]);
    await write({ 4: [44] });
    expect([contentOf(1), contentOf(2), contentOf(3), contentOf(4)]).toEqual([[11], [22], [], [44]]);
    appendFileSync(files.index, '\0\0\0\n{"image":99,"slot":0,"frames":1}\n');
    expect(readStore(files, side).stored.has(99)).toBe(false);
  });

  it('remembers why an image was skipped until it is stored', async () => {
    const store = new PixelStoreWriter(folder, files, side);
    store.skip({ image: 4, skipped: 'truncated', file: { size: 3, mtimeMs: 5.5 } });
    await store.commit();
    await store.close();
    expect(readStore(files, side).skipped.get(4)).toEqual({
      image: 4,
      skipped: 'truncated',
      file: { size: 3, mtimeMs: 5.5 },
    });
    await write({ 4: [1] });
    expect(readStore(files, side).skipped.size).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('names the file when the disk is full', async () => {
    symlinkSync('/dev/full', files.pixels);
    const store = new PixelStoreWriter(folder, files, side);
    let error: unknown = null;
    try {
      store.append(1, [frame(1)]);
    } catch (thrown) {
      error = thrown;
    }
    await store.close();
    expect(error).toBeInstanceOf(PretextError);
    expect(error).toMatchObject({ code: 'disk-full', path: files.pixels });
  });
});

describe('cacheSideFor', () => {
  it('leaves half as much again, up to 512', () => {
    expect([32, 64, 65, 96, 128, 224, 256, 384, 512].map(cacheSideFor)).toEqual([
      64, 96, 128, 160, 192, 384, 384, 512, 512,
    ]);
    for (const size of cacheSides) expect(cacheSideFor(size)).toBeGreaterThanOrEqual(Math.min(512, 1.5 * size));
  });

  it.each([0, -1, 1.5, Number.NaN, 513])('refuses %d', (size) => {
    expect(() => cacheSideFor(size)).toThrow(PretextError);
  });
});

describe('flipAllowed', () => {
  it.each([
    ['DX', null, true],
    ['CT', null, true],
    [null, null, true],
    ['DX', 'R', false],
    ['CR', 'L', false],
    ['MR', 'U', true],
    ['DX', '', true],
    ['MG', null, false],
    ['US', null, false],
    ['OP', null, false],
  ])('modality %s, laterality %s: %s', (modality, laterality, expected) => {
    expect(flipAllowed({ modality, laterality })).toBe(expected);
  });
});
