/** @file Reading the pixel cache's file: fixed-size records of side x side 16-bit values. */

import { closeSync, openSync, readSync } from 'node:fs';
import { fileError, PretextError } from '../base/errors.js';

/** Bytes of one record [side, side] of 16-bit values. */
export function recordBytes(side: number): number {
  return side * side * 2;
}

/**
 * An open cache file. Records are little endian, which is the byte order of every machine that Electron runs on.
 * Reads are positional, so one file may be open in any number of threads.
 */
export class PixelRecords {
  private readonly descriptor: number;

  /** @throws PretextError `unreadable` */
  constructor(
    readonly file: string,
    readonly side: number,
  ) {
    try {
      this.descriptor = openSync(file, 'r');
    } catch (error) {
      throw fileError(error, file);
    }
  }

  /**
   * Reads the record `slot` into `target` [side, side].
   *
   * @throws PretextError `bad-file` where the file ends before it.
   */
  read(slot: number, target: Uint16Array): void {
    const length = recordBytes(this.side);
    const bytes = new Uint8Array(target.buffer, target.byteOffset, length);
    let done = 0;
    while (done < length) {
      const got = this.readSome(bytes, done, slot * length + done);
      if (got === 0) {
        throw new PretextError({
          code: 'bad-file',
          message: 'The pixel cache is shorter than its index says.',
          path: this.file,
          remedy: 'Delete this file and start again: it is rebuilt from the original images.',
        });
      }
      done += got;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private readSome(bytes: Uint8Array, offset: number, position: number): number {
    try {
      return readSync(this.descriptor, bytes, offset, bytes.byteLength - offset, position);
    } catch (error) {
      throw fileError(error, this.file);
    }
  }
}
