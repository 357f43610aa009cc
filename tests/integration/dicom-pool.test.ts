/** @file The decode pool with its real reader processes: good files, bad files, slow files. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DecodePool } from '../../src-main/dicom/decode-pool.js';
import { encapsulate, RLE, writeImage } from '../unit/dicom/writer.js';

const folder = mkdtempSync(join(tmpdir(), 'pretext-pool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('DecodePool', () => {
  it('inspects an empty file without losing its reader', async () => {
    const pool = new DecodePool({ workers: 1 });
    try {
      const good = file('inspected.dcm', writeImage());
      expect((await pool.inspect(good)).ok).toBe(true);
      const [reader] = pool.pids;
      expect(await pool.inspect(file('nothing.dcm', ''))).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/empty/),
      });
      expect((await pool.inspect(good)).ok).toBe(true);
      expect(pool.pids).toEqual([reader]);
    } finally {
      await pool.close();
    }
  });

  it('reads headers and frames, and refuses bad files without stopping', async () => {
    const pool = new DecodePool({ workers: 2 });
    const good = file('good.dcm', writeImage({ frames: 3 }));
    const empty = file('empty.dcm', '');
    const text = file('text.dcm', 'Dear colleague');
    const cut = file('cut.dcm', writeImage().subarray(0, -4));
    try {
      const results = await Promise.all(
        [good, empty, text, cut, folder, join(folder, 'missing')].map((path) => pool.readHeader(path)),
      );
      expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, false, false]);
      const reasons = results.map((result) => (result.ok ? '' : result.reason));
      expect(reasons[1]).toMatch(/empty/);
      expect(reasons[2]).toMatch(/neither DICOM/);
      expect(reasons[3]).toMatch(/truncated/);
      expect(reasons[4]).toMatch(/not a regular file/);
      expect(reasons[5]).toMatch(/No such file/);
      const normalised = await pool.normalise(good, 16);
      expect(normalised.ok && normalised.frames.map(({ length }) => length)).toEqual([256, 256, 256]);
      expect((await pool.normalise(cut, 16)).ok).toBe(false);
    } finally {
      await pool.close();
    }
  });

  it.skipIf(process.platform === 'win32')(
    'blames one file of many that were handed over together, and reads the others',
    async () => {
      const pool = new DecodePool({ workers: 2, timeLimitMs: 3000 });
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      const good = Array.from({ length: 60 }, (_, index) => file(`many-${index}.dcm`, writeImage()));
      const paths = [...good.slice(0, 20), fifo, ...good.slice(20)];
      try {
        const results = await Promise.all(paths.map((path) => pool.readHeader(path)));
        expect(results.filter(({ ok }) => ok)).toHaveLength(60);
        expect(results[20]).toMatchObject({
          ok: false,
          reason: expect.stringMatching(/took longer than|takes too long|regular file/),
        });
      } finally {
        await pool.close();
      }
    },
    60_000,
  );

  it('reads tags, with identifiers only where they are asked for', async () => {
    const pool = new DecodePool({ workers: 1 });
    const good = file('tags.dcm', writeImage());
    const cut = file('cut-tags.dcm', writeImage().subarray(0, 200));
    try {
      expect(JSON.stringify(await pool.readTags(good, false))).not.toContain('Doe');
      expect(JSON.stringify(await pool.readTags(good, true))).toContain('Doe^Jane');
      expect(await pool.readTags(cut, false)).toMatchObject({ ok: false, reason: expect.stringMatching(/truncated/) });
    } finally {
      await pool.close();
    }
  });

  it('decodes single frames, and sees that a file of several was written anew', async () => {
    const pool = new DecodePool({ workers: 1 });
    const image = (first: number) =>
      writeImage({ rows: 1, columns: 1, frames: 2, pixels: Uint8Array.of(first, 0, 9, 0) });
    const path = file('cine.dcm', image(5));
    const value = async (frame: number) => {
      const result = await pool.readFrame(path, frame);
      return result.ok ? [...result.frame.pixels.values] : result.reason;
    };
    try {
      expect([await value(0), await value(1)]).toEqual([[5], [9]]);
      expect(await value(2)).toMatch(/no frame 3/);
      file('cine.dcm', Buffer.concat([image(7), Buffer.alloc(2)]));
      expect(await value(0)).toEqual([7]);
      const text = file('no-image.dcm', 'Dear colleague');
      expect(await pool.readFrame(text, 0)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/neither DICOM/),
      });
    } finally {
      await pool.close();
    }
  });

  it('finds a header that is longer than the first read, and counts compressed frames', async () => {
    const pool = new DecodePool({ workers: 1 });
    const long = { tag: [0x0009, 0x1001] as [number, number], vr: 'OB', value: new Uint8Array(300_000) };
    const path = file('long.dcm', writeImage({ extra: [long], rows: 64, columns: 64 }));
    const frames = encapsulate([new Uint8Array(70_000)]);
    const short = file(
      'frames.dcm',
      writeImage({ transferSyntax: RLE, frames: 2, pixels: frames, encapsulated: true }),
    );
    const whole = writeImage({ transferSyntax: RLE, pixels: frames, encapsulated: true });
    const cut = file('cut-frame.dcm', whole.subarray(0, 40_000));
    try {
      expect(await pool.readHeader(path)).toMatchObject({ ok: true, header: { rows: 64, columns: 64 } });
      expect(await pool.readHeader(short)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/1 of the 2 frames/),
      });
      expect(await pool.readHeader(cut)).toMatchObject({ ok: false, reason: expect.stringMatching(/truncated/) });
    } finally {
      await pool.close();
    }
  });

  it('replaces a worker that takes too long and goes on', async () => {
    const slow = file('slow.dcm', writeImage({ rows: 2000, columns: 2000, frames: 20 }));
    const pool = new DecodePool({ workers: 1, timeLimitMs: 600 });
    const small = file('small.dcm', writeImage());
    try {
      // A reader that runs has the given time, without that of its start.
      expect((await pool.readHeader(small)).ok).toBe(true);
      const [first, second] = await Promise.all([pool.normalise(slow, 512), pool.readHeader(small)]);
      expect(first).toMatchObject({ ok: false, reason: expect.stringMatching(/took longer than/) });
      expect(second.ok).toBe(true);
    } finally {
      await pool.close();
    }
  });

  it('refuses a file that takes too much memory, and reads the next one', async () => {
    const large = file('large.dcm', writeImage({ rows: 512, columns: 512, frames: 40 }));
    const pool = new DecodePool({ workers: 1, memoryLimitMb: 1 });
    const roomy = new DecodePool({ workers: 1 });
    try {
      const refused = await pool.normalise(large, 512);
      expect(refused).toMatchObject({ ok: false, reason: 'Reading it takes too much memory.' });
      expect((await roomy.normalise(large, 512)).ok).toBe(true);
    } finally {
      await Promise.all([pool.close(), roomy.close()]);
    }
  });

  const published = resolve('..', 'shared', 'data', 'conformance', 'pydicom', 'MR_small_jpeg_ls_lossless.dcm');
  it.skipIf(!existsSync(published))('ends a codec that computes without end (needs ../shared/data)', async () => {
    const bytes = readFileSync(published);
    // MAXVAL of the preset coding parameters (ISO/IEC 14495-1, C.2.4.1.1) a little below the samples: CharLS is lost.
    bytes[bytes.indexOf('fff8000d01ffff', 'hex') + 6] = 1;
    // The first byte of its only fragment's length: the stream ends early as well.
    bytes[bytes.indexOf('ffd8fff7', 'hex') - 4] = 1;
    const path = file('endless.dcm', bytes);
    const pool = new DecodePool({ workers: 1 });
    try {
      const refused = await pool.normalise(path, 64);
      expect(refused).toMatchObject({ ok: false, reason: 'Reading it takes too long for its size.' });
    } finally {
      await pool.close();
    }
  });

  it.skipIf(process.platform === 'win32')('blames no file for one death of its reader, and one for two', async () => {
    const slow = file('victim.dcm', writeImage({ rows: 2000, columns: 2000, frames: 6 }));
    const pool = new DecodePool({ workers: 1 });
    const killReader = async (before: number | undefined): Promise<number> => {
      for (;;) {
        const [pid] = pool.pids;
        if (pid !== undefined && pid !== before) {
          process.kill(pid, 'SIGKILL');
          return pid;
        }
        await new Promise((next) => setTimeout(next, 5));
      }
    };
    try {
      const once = pool.normalise(slow, 512);
      await killReader(undefined);
      expect((await once).ok).toBe(true);
      const [idle] = pool.pids;
      const twice = pool.normalise(slow, 512);
      await killReader(await killReader(undefined));
      expect(idle).toBeGreaterThan(0);
      expect(await twice).toMatchObject({ ok: false, reason: expect.stringMatching(/ended the reader unexpectedly/) });
      expect((await pool.readHeader(slow)).ok).toBe(true);
    } finally {
      await pool.close();
    }
  });

  it('gives many small frames the time that scaling them takes', async () => {
    const pool = new DecodePool({ workers: 1, timeLimitMs: 120_000 });
    try {
      const result = await pool.normalise(file('tiles.dcm', writeImage({ frames: 700 })), 512);
      expect(result.ok ? result.frames.length : result.reason).toBe(700);
    } finally {
      await pool.close();
    }
  });

  it('refuses what is waiting when it is closed', async () => {
    const pool = new DecodePool({ workers: 1 });
    const waiting = Promise.all(Array.from({ length: 5 }, () => pool.readHeader(file('a.dcm', writeImage()))));
    await pool.close();
    expect((await waiting).every(({ ok }) => !ok)).toBe(true);
  });
});
