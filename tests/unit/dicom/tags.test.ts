/** @file Tags of a file for a person: what is hidden, what is shown, and how much at most. */

import { describe, expect, it } from 'vitest';
import { parseDataSet } from '../../../src-main/dicom/dataset.js';
import { listTags, MAX_TAGS, MAX_VALUE_CHARACTERS, type Tag } from '../../../src-main/dicom/tags.js';
import { BIG, IMPLICIT, item, type TestElement, type TestImage, writeElement, writeImage } from './writer.js';

function tagsOf(image: TestImage, identifiers = false) {
  return listTags(parseDataSet(writeImage(image), 'test.dcm', { sequences: 'all' }), identifiers);
}

function shown(tags: Tag[], tag: string): string {
  const found = tags.find((entry) => entry.tag === tag);
  if (found === undefined) return 'missing';
  if (found.value.kind === 'text') return found.value.text;
  if (found.value.kind === 'bytes') return `${found.value.bytes} bytes`;
  return found.value.kind === 'items' ? `${found.value.items} items` : 'hidden';
}

const IDENTIFIERS: TestElement[] = [
  { tag: [0x0008, 0x0050], vr: 'SH', value: 'ACC-1' },
  { tag: [0x0008, 0x0080], vr: 'LO', value: 'Saint Example' },
  { tag: [0x0008, 0x0090], vr: 'PN', value: 'House^Gregory' },
  { tag: [0x0010, 0x0020], vr: 'LO', value: 'ID-7' },
  { tag: [0x0010, 0x0030], vr: 'DA', value: '19700101' },
  { tag: [0x0010, 0x1040], vr: 'LO', value: '1 Main Street' },
  { tag: [0x0010, 0x4000], vr: 'LT', value: 'Cousin of Jane' },
  { tag: [0x0020, 0x000d], vr: 'UI', value: '1.2.3.4.5' },
  { tag: [0x0009, 0x1001], vr: 'LO', value: 'Doe private' },
  // An element that the table does not list is not known to be harmless.
  { tag: [0x0018, 0x9ffe], vr: 'LO', value: 'Doe unlisted' },
];

describe('identifiers', () => {
  it('are hidden unless they are asked for', () => {
    const { tags } = tagsOf({ extra: IDENTIFIERS });
    expect(JSON.stringify(tags)).not.toMatch(/Doe|House|Example|ACC-1|ID-7|1970|Main Street|Cousin|1\.2\.3\.4/);
    expect(shown(tags, '(0010,0010)')).toBe('hidden');
    expect(tags.find(({ tag }) => tag === '(0010,0010)')).toMatchObject({ name: "Patient's Name", vr: 'PN' });
    expect(shown(tags, '(0008,0060)')).toBe('OT');
    expect(shown(tags, '(0008,0016)')).toBe('1.2.840.10008.5.1.4.1.1.7');

    const all = tagsOf({ extra: IDENTIFIERS }, true).tags;
    expect(shown(all, '(0010,0010)')).toBe('Doe^Jane');
    expect(shown(all, '(0008,0018)')).toBe('1.2.3.4');
    expect(shown(all, '(0009,1001)')).toBe('Doe private');
    expect(all.every(({ value }) => value.kind !== 'hidden')).toBe(true);
  });

  it('are hidden within sequences, whose harmless elements are shown', () => {
    const inner = (elements: TestElement[]) =>
      item(Buffer.concat(elements.map((element) => writeElement(element, true, true))));
    const sequence: TestElement = {
      tag: [0x0008, 0x2218],
      vr: 'SQ',
      value: inner([
        { tag: [0x0008, 0x0104], vr: 'LO', value: 'Chest' },
        { tag: [0x0010, 0x0010], vr: 'PN', value: 'Doe^Jane' },
      ]),
    };
    const { tags } = tagsOf({ extra: [sequence] });
    expect(shown(tags, '(0008,2218)')).toBe('1 items');
    expect(tags.filter(({ depth }) => depth === 1)).toEqual([
      { tag: '(0008,0104)', name: 'Code Meaning', vr: 'LO', depth: 1, item: 1, value: { kind: 'text', text: 'Chest' } },
      { tag: '(0010,0010)', name: "Patient's Name", vr: 'PN', depth: 1, item: 1, value: { kind: 'hidden' } },
    ]);
    // A sequence that is itself an identifier is not gone into.
    const physicians = { ...sequence, tag: [0x0008, 0x0096] as [number, number] };
    expect(tagsOf({ extra: [physicians] }).tags.filter(({ depth }) => depth === 1)).toEqual([]);
    expect(tagsOf({ extra: [physicians] }, true).tags.filter(({ depth }) => depth === 1)).toHaveLength(2);
  });
});

describe('values', () => {
  it('are the same in every encoding', () => {
    const extra: TestElement[] = [
      { tag: [0x0008, 0x0008], vr: 'CS', value: 'ORIGINAL\\PRIMARY' },
      { tag: [0x0028, 0x0034], vr: 'IS', value: '1\\1' },
      { tag: [0x0018, 0x1310], vr: 'US', value: [0, 256, 200, 0] },
    ];
    const texts = [{}, { transferSyntax: IMPLICIT }, { transferSyntax: BIG }].map((syntax) => {
      const { tags } = tagsOf({ ...syntax, extra });
      return ['(0008,0008)', '(0028,0010)', '(0018,1310)', '(0028,0034)', '(7fe0,0010)'].map((tag) => shown(tags, tag));
    });
    expect(texts[0]).toEqual(['ORIGINAL\\PRIMARY', '4', '0 \\ 256 \\ 200 \\ 0', '1\\1', '32 bytes']);
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
  });

  it('keep markup as text and lose control characters', () => {
    const { tags } = tagsOf({ extra: [{ tag: [0x0008, 0x103e], vr: 'LO', value: '<img src=x>\n\x1b[2JCT & MR' }] });
    expect(shown(tags, '(0008,103e)')).toMatch(/^<img src=x>.*CT & MR$/);
    expect(shown(tags, '(0008,103e)')).not.toMatch(/\p{Cc}/u);
  });

  it('and their number are bounded', () => {
    const long: TestElement = { tag: [0x0008, 0x1030], vr: 'LO', value: 'x'.repeat(5000) };
    expect(shown(tagsOf({ extra: [long] }).tags, '(0008,1030)')).toHaveLength(MAX_VALUE_CHARACTERS + 3);
    const numbers: TestElement = { tag: [0x0028, 0x1201], vr: 'US', value: Array.from({ length: 300 }, () => 7) };
    expect(shown(tagsOf({ extra: [numbers] }).tags, '(0028,1201)')).toMatch(/^7( \\ 7){23} \.\.\.$/);
    const many = Array.from({ length: MAX_TAGS + 50 }, (_, index): TestElement => {
      return { tag: [0x0009, 0x1000 + index], vr: 'LO', value: 'a' };
    });
    const list = tagsOf({ extra: many });
    expect(list.cut).toBe(true);
    expect(list.tags.length).toBeLessThanOrEqual(MAX_TAGS + 2);
    expect(tagsOf({}).cut).toBe(false);
  });
});
