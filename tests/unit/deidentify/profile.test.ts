/** @file Every row of PS3.15 Table E.1-1 fires, at the top and in sequences, and no original value is left. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deidentifyBytes } from '../../../src-main/deidentify/file.js';
import type { RetainOption } from '../../../src-main/deidentify/profile.js';
import { dateOffset, shiftDate } from '../../../src-main/deidentify/replace.js';
import { inspectBytes } from '../../../src-main/dicom/inspect.js';
import { PROFILE } from '../../../src-main/dicom/profile-table.js';
import { item, writeElement } from '../dicom/writer.js';

const salt = Buffer.from('a project of the tests');
const options = (...retain: RetainOption[]) => ({ retain: new Set(retain), salt, burnedInClean: false });

const EXPECTED: Record<string, string> = {
  ...{ D: 'dummy', Z: 'empty', X: 'remove', U: 'uid', 'Z/D': 'dummy' },
  ...{ 'X/Z': 'empty', 'X/D': 'dummy', 'X/Z/D': 'dummy', 'X/Z/U*': 'uid' },
};

/** Rows as attributes that a data set can hold: groups 0000 and 0002 are not its own. */
const attributes = PROFILE.filter(({ tag }) => !/^000[02]/.test(tag)).map((row) => ({
  ...row,
  tag: row.tag.replace('50xxxxxx', '50021001').replace('60xx', '6002'),
}));

const originalOf = (tag: string, vr: string): string =>
  vr === 'UI' ? `1.2.3.77${Number.parseInt(tag, 16)}` : `Q${tag}Q`;

function part(tag: string, vr: string, value: string | Uint8Array, explicit: boolean): Buffer {
  const pair: [number, number] = [Number.parseInt(tag.slice(0, 4), 16), Number.parseInt(tag.slice(4), 16)];
  const even = typeof value === 'string' && value.length % 2 === 1 ? `${value}${vr === 'UI' ? '\0' : ' '}` : value;
  return writeElement({ tag: pair, vr, value: typeof even === 'string' ? Buffer.from(even) : even }, explicit, true);
}

function everyAttribute(explicit: boolean, extra: [string, string, string | Uint8Array][]): Buffer {
  const all = [
    ...attributes.map(({ tag, vr }): [string, string, string | Uint8Array] => [
      tag,
      vr,
      vr === 'SQ' ? item(part('00081155', 'UI', originalOf(tag, 'UI'), explicit)) : originalOf(tag, vr),
    ]),
    ...extra,
  ];
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(all.map(([tag, vr, value]) => part(tag, vr, value, explicit)));
}

function fileOf(explicit: boolean): Buffer {
  const inner = everyAttribute(explicit, [['00091010', 'LO', 'Qprivate in itemQ']]);
  const nested = item(part('52009229', 'SQ', item(inner), explicit));
  const content = everyAttribute(explicit, [
    ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.7'],
    ['00090010', 'LO', 'Qprivate creatorQ'],
    ['00091001', 'LO', 'Qprivate valueQ'],
    ['00280301', 'CS', 'NO'],
    ['52009230', 'SQ', nested],
    ['7fe00010', 'OW', Uint8Array.from({ length: 32 }, (_, index) => index)],
  ]);
  const syntax = `1.2.840.10008.1.2${explicit ? '.1' : ''}`;
  const meta = [part('00020003', 'UI', '1.2.3.7799', true), part('00020010', 'UI', syntax, true)];
  const preamble = Buffer.alloc(128, 'QpreambleQ');
  return Buffer.concat([preamble, Buffer.from('DICM'), ...meta, content, Buffer.from('Qbehind the endQ')]);
}

describe('the Basic Profile', () => {
  it('has the rows that an independent transcription of edition 2026c counts', () => {
    const count = (code: string) => PROFILE.filter((row) => row.code === code).length;
    expect(PROFILE).toHaveLength(655);
    expect(new Set(PROFILE.map(({ tag }) => tag)).size).toBe(655);
    expect(['D', 'U', 'X/D', 'X', 'X/Z/D', 'X/Z', 'X/Z/U*', 'Z/D', 'Z'].map(count)).toEqual([
      93, 55, 23, 415, 8, 11, 2, 6, 42,
    ]);
  });

  it.each([true, false])('fires every rule at the top and two sequences deep (explicit VR %s)', (explicit) => {
    const original = fileOf(explicit);
    const { parts, rules } = deidentifyBytes(original, 'all.dcm', options());
    const fired = new Map(rules.map(({ path, action }) => [path, action]));
    for (const { tag, code } of attributes) {
      // Trailing padding stands behind the pixel data, so it is met at the top too.
      expect([tag, fired.get(tag)]).toEqual([tag, EXPECTED[code]]);
      const path = `52009230>52009229>${tag}`;
      expect([path, fired.get(path)]).toEqual([path, EXPECTED[code]]);
    }
    expect(fired.get('00091001')).toBe('remove');
    expect(fired.get('52009230>52009229>00091010')).toBe('remove');
    const output = Buffer.concat(parts).toString('latin1');
    const report = JSON.stringify(rules);
    const found = /Q[0-9a-f]{8}Q|Qp|Qbehind|1\.2\.3\.77/;
    expect(original.toString('latin1')).toMatch(found);
    expect(output.match(found)).toBeNull();
    expect(report.match(found)).toBeNull();
    expect(output).toContain('113100');
    expect(output).toContain('REMOVED');
    expect(fired.get('00280301')).toBe('remove');
    // A second pass finds a well-formed file, and only such.
    expect(() => deidentifyBytes(Buffer.concat(parts), 'again.dcm', options())).not.toThrow();
  });
});

describe('dates', () => {
  it('move by one offset for each patient, so that order and distance stay', () => {
    const days = dateOffset('patient:1', salt);
    expect(days).toBeLessThanOrEqual(-365);
    expect(dateOffset('patient:1', salt)).toBe(days);
    expect(shiftDate('20240301', -1)).toBe('20240229');
    expect(shiftDate('20240301093000.5+0100', -1)).toBe('20240229093000.5+0100');
    expect(shiftDate('20240231', -1)).toBeNull();
  });
});

const series = resolve(process.cwd(), '..', 'shared', 'data', 'series');

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

describe.skipIf(!existsSync(series))('real files (skipped where shared/data/series is missing)', () => {
  it('are read again with equal pixels', async () => {
    const step = 40;
    let compared = 0;
    for (const path of filesOf(series).filter((_, index) => index % step === 0)) {
      const bytes = readFileSync(path);
      const before = await inspectBytes(bytes, path);
      if (before.kind !== 'dicom' || before.refused !== null) continue;
      const { parts } = deidentifyBytes(bytes, path, options('modified-dates'));
      const after = await inspectBytes(Buffer.concat(parts), path);
      expect([path, after.pixelMd5, after.refused]).toEqual([path, before.pixelMd5, null]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  }, 60_000);
});
