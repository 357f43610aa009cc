/** @file The parts of dicom-parser that its own type file leaves out. */

import 'dicom-parser';

declare module 'dicom-parser' {
  export const littleEndianByteArrayParser: ByteArrayParser;
  export const bigEndianByteArrayParser: ByteArrayParser;
  export const DataSet: new (
    parser: ByteArrayParser,
    bytes: ByteArray,
    elements: { [tag: string]: Element },
  ) => DataSet;
  export function readDicomElementExplicit(stream: ByteStream, warnings: string[], untilTag?: string): Element;
  export function readDicomElementImplicit(stream: ByteStream, untilTag?: string): Element;
}
