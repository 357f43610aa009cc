/** @file The files of an import in little memory: a disk holds millions, and their folders repeat. */

import { sep } from 'node:path';

export interface FoundFile {
  /** Absolute; of an entry of an archive its address (see `dicom/address.ts`). */
  path: string;
  /** The archive that the file is an entry of. */
  archive?: string;
  /** Bytes. */
  size: number;
  /** Time of the last change, milliseconds since 1970. */
  mtimeMs: number;
}

/** A copy of a text that keeps no longer one alive, as a part of a text does in V8. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** Only grows. */
export class FileList {
  private readonly folders: { prefix: string; archive: string | undefined }[] = [];
  private readonly names: string[] = [];
  private numbers = new Float64Array(2 * 1024);
  private inFolder = new Uint32Array(1024);

  get length(): number {
    return this.names.length;
  }

  push({ path, archive, size, mtimeMs }: FoundFile): void {
    const index = this.names.length;
    if (index === this.inFolder.length) this.grow();
    const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf(sep)) + 1;
    const last = this.folders.at(-1);
    if (last === undefined || last.archive !== archive || last.prefix.length !== end || !path.startsWith(last.prefix)) {
      this.folders.push({ prefix: ownCopy(path.slice(0, end)), archive });
    }
    this.names.push(ownCopy(path.slice(end)));
    this.inFolder[index] = this.folders.length - 1;
    this.numbers[2 * index] = size;
    this.numbers[2 * index + 1] = mtimeMs;
  }

  /** Files `start` to `end`, or to the last. */
  slice(start: number, end = this.names.length): FoundFile[] {
    const files: FoundFile[] = [];
    for (let index = start; index < Math.min(end, this.names.length); index++) {
      const { prefix, archive } = this.folders[this.inFolder[index]!]!;
      const file = {
        path: prefix + this.names[index]!,
        size: this.numbers[2 * index]!,
        mtimeMs: this.numbers[2 * index + 1]!,
      };
      files.push(archive === undefined ? file : { ...file, archive });
    }
    return files;
  }

  *[Symbol.iterator](): IterableIterator<FoundFile> {
    for (let index = 0; index < this.names.length; index++) yield* this.slice(index, index + 1);
  }

  private grow(): void {
    const numbers = new Float64Array(2 * this.numbers.length);
    numbers.set(this.numbers);
    this.numbers = numbers;
    const inFolder = new Uint32Array(2 * this.inFolder.length);
    inFolder.set(this.inFolder);
    this.inFolder = inFolder;
  }
}
