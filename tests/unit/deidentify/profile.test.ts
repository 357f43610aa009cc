/** @file Every row of PS3.15 Table E.1-1 fires, at the top and in sequences, and no original value is left. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deidentifyBytes } from '../../../src-main/deidentify/file.js';
import type { RetainOption } from '../../../src-main/deidentify/profile.js';
import { dateOffset, replaceUid, shiftDate } from '../../../src-main/deidentify/replace.js';
import { SAFE_PRIVATE, safePrivate } from '../../../src-main/deidentify/safe-private.js';
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

/** What becomes of some elements in a file of their own, by path; and its bytes. */
function rewritten(elements: [string, string, string | Uint8Array][], explicit: boolean, ...retain: RetainOption[]) {
  const all: [string, string, string | Uint8Array][] = [
    ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.7'],
    ['00080018', 'UI', '1.2.3.7799'],
    ...elements,
  ];
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  const meta = part('00020010', 'UI', `1.2.840.10008.1.2${explicit ? '.1' : ''}`, true);
  const content = all.map(([tag, vr, value]) => part(tag, vr, value, explicit));
  const bytes = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, ...content]);
  const { parts, rules } = deidentifyBytes(bytes, 'some.dcm', options(...retain));
  const fired = Object.fromEntries(rules.map(({ path, rule, action }) => [path, `${rule}: ${action}`]));
  return { fired, text: Buffer.concat(parts).toString('latin1') };
}

describe('outside the table', () => {
  it.each([true, false])('names, dates and instances are known, classes kept (explicit VR %s)', (explicit) => {
    const { fired, text } = rewritten(
      [
        ['00142006', 'PN', 'Qname'],
        ['00144076', 'DA', '20240301'],
        ['00083012', 'UI', '1.2.3.771'],
        ['0008010c', 'UI', '1.2.3.772'],
        ['00081150', 'UI', '1.2.3.773'],
      ],
      explicit,
    );
    expect(fired).toMatchObject({
      '00142006': 'unlisted: empty',
      '00144076': 'unlisted: empty',
      '00083012': 'unlisted: uid',
    });
    expect(text).not.toMatch(/Qname|20240301|1\.2\.3\.771/);
    expect(text).toContain('1.2.3.772');
    expect(text).toContain('1.2.3.773');
  });

  it('a dummy is valid where it stands: a UID for a UID, references with their class', () => {
    const inner = [part('00081150', 'UI', '1.2.840.10008.3.1.2.3.3', true), part('00081155', 'UI', '1.2.3.775', true)];
    const { fired, text } = rewritten(
      [
        ['006a0003', 'UI', '1.2.3.774'],
        ['00081111', 'SQ', item(Buffer.concat(inner))],
      ],
      true,
    );
    expect(fired).toMatchObject({ '006a0003': 'D: dummy', '00081111': 'X/Z/D: dummy', '00081111>00081155': 'U: uid' });
    expect(text).not.toMatch(/1\.2\.3\.77[45]|ANONYMOUS/);
    expect(text).toContain('1.2.840.10008.3.1.2.3.3');
    expect(text).toContain(replaceUid('1.2.3.774', salt));
    expect(text).toContain(replaceUid('1.2.3.775', salt));
  });

  it('a name under another VR than its own is a name', () => {
    expect(rewritten([['00142006', 'LO', 'Qname']], true).fired['00142006']).toBe('unlisted: empty');
  });

  it('commands and file meta information are taken out of the data set', () => {
    const { fired, text } = rewritten(
      [
        ['00020016', 'AE', 'Qstation'],
        ['00000010', 'SH', 'Qcommand'],
      ],
      true,
    );
    // Group 0002 at its start is read as file meta information, of which nothing but the syntax is kept.
    expect(fired['00000010']).toBe('misplaced: remove');
    expect(text).not.toMatch(/Qstation|Qcommand/);
  });
});

describe('patients', () => {
  it('stay apart from each other by name and number', () => {
    const of = (id: string) =>
      rewritten(
        [
          ['00100010', 'PN', 'Qname'],
          ['00100020', 'LO', id],
        ],
        true,
      ).text;
    const pseudonyms = ['A', 'B'].map((id) => [...of(id).matchAll(/P[0-9a-f]{16}/g)].map(([text]) => text));
    expect(pseudonyms.map((found) => [found.length, new Set(found).size])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(pseudonyms[0]).not.toEqual(pseudonyms[1]);
  });
});

describe('modified dates', () => {
  it('move, times of day stay, and what is neither goes by the Basic Profile', () => {
    const { fired, text } = rewritten(
      [
        ['00080020', 'DA', '20240301'],
        ['00080030', 'TM', '235959.25'],
        ['0008002a', 'DT', '20240301235959.25+0100'],
        ['00080031', 'TM', 'Qname'],
        ['00080021', 'DA', 'Qdate'],
        ['00080015', 'DT', '2024030123595912345678901234'],
        ['00080201', 'SH', '+0100'],
      ],
      true,
      'modified-dates',
    );
    expect(fired).toMatchObject({
      '00080020': 'Z: shift',
      '00080030': 'Z: shift',
      '0008002a': 'X/Z/D: shift',
      '00080031': 'X/D: dummy',
      '00080021': 'X/D: dummy',
      '00080015': 'X: remove',
      '00080201': 'X: remove',
    });
    expect(text).not.toMatch(/20240301|Qname|Qdate/);
    const days = dateOffset('study:', salt);
    expect(days).toBeLessThan(0);
    expect(text.match(/235959\.25/g)).toHaveLength(2);
    expect(text).toContain('235959.25+0100');
    expect(text).toContain('MODIFIED');
  });
});

describe('safe private attributes', () => {
  it('are as many as Table E.3.10-1 has rows', () => {
    const rows = [...SAFE_PRIVATE.values()].reduce((sum, elements) => sum + elements.size, 0);
    expect([SAFE_PRIVATE.size, rows]).toEqual([20, 479]);
    expect(safePrivate('Philips PET Private Group', '70531009')).toBe('value');
    expect(safePrivate('Philips PET Private Group', '70531008')).toBeNull();
    expect(safePrivate('NQHeader', '00991002')).toBe('uids');
    expect(safePrivate('HOLOGIC, Inc.', '7e011010')).toBe('items');
  });

  it.each([true, false])('stay where the option is taken, UIDs and items by the rules (explicit VR %s)', (explicit) => {
    const inner = item(
      Buffer.concat([part('00100010', 'PN', 'Qname', explicit), part('00111001', 'LO', 'Qin', explicit)]),
    );
    const elements: [string, string, string | Uint8Array][] = [
      ['00990010', 'LO', 'NQHeader'],
      ['00991002', 'UI', '1.2.3.771'],
      ['00991003', 'LO', 'Qunlisted'],
      ['00991020', 'SH', 'millilitres'],
      ['00110010', 'LO', 'Qcreator'],
      ['00111001', 'LO', 'Qother'],
      ['7e010010', 'LO', 'HOLOGIC, Inc.'],
      ['7e011010', 'SQ', inner],
    ];
    const { fired, text } = rewritten(elements, explicit, 'safe-private');
    expect(text).not.toMatch(/Q(unlisted|creator|other|name|in)|1\.2\.3\.771/);
    expect(text).toMatch(/NQHeader.*millilitres.*HOLOGIC, Inc\./s);
    expect(fired).toMatchObject({
      '00991002': 'private: uid',
      '7e011010>00100010': 'Z: empty',
      '7e011010>00111001': 'private: remove',
    });
    const basic = rewritten(elements, explicit).text;
    expect(basic).not.toMatch(/NQHeader|millilitres|HOLOGIC/);
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
