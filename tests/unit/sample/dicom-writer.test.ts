import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../src-main/dicom/decode.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { decodeRle } from '../../../src-main/dicom/rle.js';
import { ctElements, type Storage, storedFrame } from '../../../src-main/sample/ct-image.js';
import { decimalString, encodeDataset, TransferSyntax, writeDicom } from '../../../src-main/sample/dicom-writer.js';
import { drawPatient, renderSlice } from '../../../src-main/sample/phantom.js';
import { encodeRle } from '../../../src-main/sample/rle-encoder.js';
import { deriveUid } from '../../../src-main/sample/uid.js';

const patient = drawPatient({ seed: 5, side: 64, imagesPerPatient: 2 }, 0, true);
const hu = renderSlice(patient, 0);

describe('the DICOM writer', () => {
  const cases: [keyof typeof TransferSyntax, Storage][] = [
    ['explicitLittleEndian', 'unsigned12'],
    ['explicitLittleEndian', 'signed16'],
    ['implicitLittleEndian', 'signed16'],
    ['rleLossless', 'unsigned12'],
    ['rleLossless', 'signed16'],
    ['jpegLsLossless', 'unsigned12'],
  ];
  it.each(cases)('%s, %s: the pixels and the header come back exactly', async (syntax, storage) => {
    const frame = storedFrame(hu, 64, storage);
    const bytes = await writeDicom(ctElements(patient, 0, storage), frame, syntax);
    const header = readHeader(bytes, 'slice.dcm');
    expect(header).toMatchObject({
      kind: 'dicom',
      transferSyntaxUID: TransferSyntax[syntax],
      modality: 'CT',
      patientName: 'Phantom^001',
      patientID: 'PHANTOM-5-0001',
      rows: 64,
      columns: 64,
      bitsAllocated: 16,
      bitsStored: frame.bitsStored,
      pixelRepresentation: storage === 'signed16' ? 1 : 0,
      rescaleIntercept: storage === 'signed16' ? 0 : -1024,
      rescaleSlope: 1,
      windowCenter: -500,
      windowWidth: 1500,
      burnedInAnnotation: 'NO',
    });
    const { values } = await decodePixels(bytes, 'slice.dcm');
    expect(Array.from(values)).toEqual(Array.from(frame.values));
    const worst = hu.reduce((most, value, at) => {
      const known = Math.min(3071, Math.max(-1024, value));
      return Math.max(most, Math.abs((values[at] ?? 0) + header.rescaleIntercept - known));
    }, 0);
    expect(worst).toBeLessThanOrEqual(0.5);
  });

  it('begins with the preamble, and the group length spans the file meta information', async () => {
    const bytes = await writeDicom(ctElements(patient, 1, 'signed16'), storedFrame(hu, 64, 'signed16'), 'rleLossless');
    expect(bytes.subarray(0, 128).every((byte) => byte === 0)).toBe(true);
    expect(bytes.toString('latin1', 128, 132)).toBe('DICM');
    const end = 144 + bytes.readUInt32LE(140);
    expect(bytes.readUInt16LE(end)).toBe(0x0008);
  });

  it('refuses signed samples for JPEG-LS and datasets without a SOP instance', async () => {
    const frame = storedFrame(hu, 64, 'signed16');
    await expect(writeDicom(ctElements(patient, 0, 'signed16'), frame, 'jpegLsLossless')).rejects.toThrow(/unsigned/);
    await expect(writeDicom([], frame, 'explicitLittleEndian')).rejects.toThrow(/UID/);
  });

  it('sorts by tag and pads text to even length, UIDs by a null', () => {
    const bytes = encodeDataset(
      [
        { tag: 0x7fe00010, vr: 'OW', value: Uint8Array.of(1, 2) },
        { tag: 0x00080018, vr: 'UI', value: '1.2.3' },
        { tag: 0x00080060, vr: 'CS', value: 'SEG' },
      ],
      true,
    );
    expect(bytes.toString('hex')).toBe(
      `08001800${Buffer.from('UI').toString('hex')}0600${Buffer.from('1.2.3\0').toString('hex')}` +
        `08006000${Buffer.from('CS').toString('hex')}0400${Buffer.from('SEG ').toString('hex')}` +
        `e07f1000${Buffer.from('OW').toString('hex')}0000020000000102`,
    );
  });

  it('writes decimal strings of at most 16 characters that stay close', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), (value) => {
        const text = decimalString(value);
        expect(text.length).toBeLessThanOrEqual(16);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-6);
      }),
    );
  });
});

describe('RLE encoding', () => {
  it('comes back through the decoder for any content', () => {
    const level = fc.oneof(fc.constant(0), fc.constant(7), fc.integer({ min: 0, max: 65535 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 3 }),
        level,
        fc.infiniteStream(level),
        (columns, rows, first, rest) => {
          const values = Uint16Array.from({ length: rows * columns }, () => rest.next().value ?? first);
          const encoded = encodeRle(new Uint8Array(values.buffer), rows, columns);
          const decoded = decodeRle(encoded, rows * columns, 1, 2);
          expect(Array.from(new Uint16Array(decoded.slice().buffer))).toEqual(Array.from(values));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes long runs short', () => {
    expect(encodeRle(new Uint8Array(2 * 128 * 128), 128, 128).length).toBe(64 + 2 * 128 * 2);
  });
});

describe('derived UIDs', () => {
  it('lie under 2.25, depend on every part and on nothing else', () => {
    const uid = deriveUid('study', 1, 2);
    expect(uid).toMatch(/^2\.25\.[1-9][0-9]{10,38}$/);
    expect(deriveUid('study', 1, 2)).toBe(uid);
    expect(deriveUid('study', 12)).not.toBe(uid);
    expect(BigInt(uid.slice(5)) < 2n ** 128n).toBe(true);
  });
});
