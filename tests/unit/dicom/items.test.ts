/** @file Items that are read when they are asked for are those that dicom-parser reads at once. */

import { describe, expect, it } from 'vitest';
import { type DataSet, parseDataSet } from '../../../src-main/dicom/dataset.js';
import type { Encoding } from '../../../src-main/dicom/identify.js';
import { ValueReader } from '../../../src-main/dicom/values.js';
import { writeElement, writeImage } from './writer.js';

const SHARED = 'x52009229';
const PER_FRAME = 'x52009230';

interface Form {
  encoding: Encoding;
  /** Whether sequences and items end at delimiters. */
  open: boolean;
}

/** A sequence of items, each of these parts. */
function sequence(tag: [number, number], items: Buffer[][], { encoding, open }: Form, vr = 'SQ'): Buffer {
  const little = encoding !== 'explicit-big';
  const head = (group: number, element: number, length: number): Buffer => {
    const bytes = Buffer.alloc(8);
    for (const [at, value] of [group, element].entries())
      little ? bytes.writeUInt16LE(value, 2 * at) : bytes.writeUInt16BE(value, 2 * at);
    little ? bytes.writeUInt32LE(length, 4) : bytes.writeUInt32BE(length, 4);
    return bytes;
  };
  const whole = items.flatMap((parts) => {
    const content = Buffer.concat(parts);
    return open
      ? [head(0xfffe, 0xe000, 0xffffffff), content, head(0xfffe, 0xe00d, 0)]
      : [head(0xfffe, 0xe000, content.length), content];
  });
  const value = Buffer.concat(open ? [...whole, head(0xfffe, 0xe0dd, 0)] : whole);
  return writeElement({ tag, vr, value }, encoding !== 'implicit-little', little, open);
}

function text(tag: [number, number], vr: string, value: string, { encoding }: Form): Buffer {
  return writeElement({ tag, vr, value }, encoding !== 'implicit-little', encoding !== 'explicit-big');
}

/** Functional groups of two frames, among other elements: nested twice, empty, and of unknown VR where it may be. */
function groups(form: Form, unknown: boolean): Buffer {
  const position = (x: string) =>
    sequence([0x0020, 0x9113], [[text([0x0020, 0x0032], 'DS', `${x}\\0\\0`, form)]], form);
  const inner: Form = { encoding: 'implicit-little', open: true };
  const measures = unknown
    ? sequence([0x0028, 0x9110], [[text([0x0028, 0x0030], 'DS', '.5\\.5', inner)]], inner).subarray(8)
    : null;
  const pixelMeasures =
    measures === null
      ? sequence([0x0028, 0x9110], [[text([0x0028, 0x0030], 'DS', '.5\\.5', form)]], form)
      : writeElement({ tag: [0x0028, 0x9110], vr: 'UN', value: measures }, true, true, true);
  return Buffer.concat([
    sequence([0x5200, 0x9229], [[sequence([0x0008, 0x1140], [], form), pixelMeasures]], form),
    sequence([0x5200, 0x9230], [[position('1')], [position('2')]], form),
  ]);
}

function fileOf(form: Form, unknown = false): Buffer {
  const image = writeImage({ encoding: form.encoding, frames: 2 });
  const little = form.encoding !== 'explicit-big';
  const pixelData = Buffer.from(little ? 'e07f1000' : '7fe00010', 'hex');
  const at = image.lastIndexOf(pixelData);
  return Buffer.concat([image.subarray(0, at), groups(form, unknown), image.subarray(at)]);
}

/** What a data set holds, as far down as it goes. */
function tree({ elements }: DataSet, only?: string[]): unknown {
  return (
    Object.keys(elements)
      // The parser keeps the delimiters of items as well.
      .filter((tag) => only?.includes(tag) ?? !tag.startsWith('xfffe'))
      .sort()
      .map((tag) => {
        const { vr, dataOffset, length, items } = elements[tag]!;
        const inside = items?.map(({ dataSet }) => (dataSet === undefined ? null : tree(dataSet)));
        return inside === undefined ? { tag, vr, dataOffset, length } : { tag, dataOffset, inside };
      })
  );
}

const FORMS: [string, Form, boolean][] = (['explicit-little', 'implicit-little', 'explicit-big'] as const).flatMap(
  (encoding) =>
    [true, false].map((open): [string, Form, boolean] => [
      `${encoding}, ${open ? 'delimiters' : 'lengths'}`,
      { encoding, open },
      false,
    ]),
);

describe('items of functional groups', () => {
  it.each([...FORMS, ['unknown VR', { encoding: 'explicit-little', open: true }, true]] as typeof FORMS)(
    'are read as dicom-parser reads them: %s',
    (_, form, unknown) => {
      const bytes = fileOf(form, unknown);
      const lazy = parseDataSet(bytes, 'test.dcm');
      const eager = parseDataSet(bytes, 'test.dcm', { sequences: 'all' });
      // As a getter of its own class, not as the parser's plain field.
      expect(Object.hasOwn(lazy.dataSet.elements[PER_FRAME]!, 'items')).toBe(false);
      expect(Object.hasOwn(eager.dataSet.elements[PER_FRAME]!, 'items')).toBe(true);
      expect(tree(lazy.dataSet, [SHARED, PER_FRAME])).toEqual(tree(eager.dataSet, [SHARED, PER_FRAME]));
      const top = new ValueReader(lazy.dataSet);
      const places = top.items(PER_FRAME).map((group) => group.item('x00209113')?.decimals('x00200032'));
      expect(places).toEqual([
        [1, 0, 0],
        [2, 0, 0],
      ]);
      expect(top.item(SHARED)?.item('x00289110')?.decimals('x00280030')).toEqual([0.5, 0.5]);
    },
  );

  it('wait for more bytes where the first end within them', () => {
    const bytes = fileOf({ encoding: 'explicit-little', open: true });
    const cut = bytes.subarray(0, bytes.lastIndexOf('e07f1000', 'hex') - 30);
    expect(parseDataSet(cut, 'test.dcm', { fileSize: bytes.length }).complete).toBe(false);
    expect(() => parseDataSet(cut, 'test.dcm')).toThrow();
  });
});
