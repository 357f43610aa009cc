/** @file Huffman coding as the JPEG processes here share it. Source: ISO/IEC 10918-1, Annexes C and F. */

/** Codes up to this length are found at once. */
const FAST_BITS = 8;

export interface HuffmanTable {
  /** Of the next `FAST_BITS` bits: length << 8 | value; 0 where the code is longer. */
  fast: Uint16Array;
  /** Of each code length 1 .. 16: the smallest code, one past the largest, and where its values start. */
  first: Int32Array;
  end: Int32Array;
  start: Int32Array;
  values: Uint8Array;
}

function readHuffman(bytes: Uint8Array, offset: number): HuffmanTable {
  const table = { first: new Int32Array(17), end: new Int32Array(17), start: new Int32Array(17) };
  const fast = new Uint16Array(1 << FAST_BITS);
  let code = 0;
  let values = 0;
  for (let length = 1; length <= 16; length++) {
    const count = bytes[offset + length - 1]!;
    table.first[length] = code;
    table.end[length] = code + count;
    table.start[length] = values;
    for (let i = 0; i < count && length <= FAST_BITS; i++) {
      const from = (code + i) << (FAST_BITS - length);
      fast.fill((length << 8) | (bytes[offset + 16 + values + i] ?? 0), from, from + (1 << (FAST_BITS - length)));
    }
    values += count;
    code = (code + count) << 1;
  }
  return { ...table, fast, values: bytes.slice(offset + 16, offset + 16 + values) };
}

/** The tables of one DHT segment between `start` and `end` (B.2.4.2), each into its place of its class. */
export function readHuffmanTables(
  bytes: Uint8Array,
  start: number,
  end: number,
  tables: { dc: HuffmanTable[]; ac: HuffmanTable[] },
): void {
  for (let at = start; at + 17 <= end; ) {
    const table = readHuffman(bytes, at + 1);
    (bytes[at]! >> 4 === 0 ? tables.dc : tables.ac)[bytes[at]! & 3] = table;
    at += 17 + table.values.length;
  }
}

/** Bits of an entropy-coded segment, without stuffed zeros (F.2.2.5). It never reads across a marker. */
export class BitReader {
  /** The last `count` of these bits are still to be read. */
  private bits = 0;
  private count = 0;

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {}

  /** Takes up whole bytes until 17 bits or more are there, or a marker, or the end. */
  private fill(): void {
    while (this.count <= 16) {
      const byte = this.bytes[this.position];
      if (byte === undefined) return;
      if (byte === 0xff) {
        if (this.bytes[this.position + 1] !== 0) return;
        this.position += 1;
      }
      this.position += 1;
      this.bits = ((this.bits << 8) | byte) & 0xffffff;
      this.count += 8;
    }
  }

  private fail(): never {
    const ended = this.position >= this.bytes.length;
    throw new Error(ended ? 'the JPEG data ends early' : 'a JPEG marker stands within the image');
  }

  /** The next `count` bits, at most 16. @throws Error at the end of the data. */
  read(count: number): number {
    if (this.count < count) {
      this.fill();
      if (this.count < count) this.fail();
    }
    this.count -= count;
    return (this.bits >> this.count) & ((1 << count) - 1);
  }

  /** The value of the next code. @throws Error where there is none. */
  decode(table: HuffmanTable): number {
    if (this.count < FAST_BITS) this.fill();
    const { count } = this;
    const next = count >= FAST_BITS ? this.bits >> (count - FAST_BITS) : this.bits << (FAST_BITS - count);
    const entry = table.fast[next & ((1 << FAST_BITS) - 1)]!;
    if (entry !== 0) {
      if (entry >> 8 > count) this.fail();
      this.count = count - (entry >> 8);
      return entry & 0xff;
    }
    let code = this.read(FAST_BITS);
    for (let length = FAST_BITS + 1; length <= 16; length++) {
      code = (code << 1) | this.read(1);
      if (code < table.end[length]! && code >= table.first[length]!) {
        return table.values[table.start[length]! + code - table.first[length]!] ?? 0;
      }
    }
    throw new Error('a JPEG Huffman code is invalid');
  }

  /** A value of `size` bits with its sign (F.2.2.1, EXTEND). */
  receive(size: number): number {
    if (size === 0) return 0;
    const value = this.read(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Goes to the data after the next restart marker, which must follow (B.1.1.2). */
  restart(): void {
    this.bits = 0;
    this.count = 0;
    while (this.bytes[this.position] === 0xff && this.bytes[this.position + 1] === 0xff) this.position += 1;
    const marker = this.bytes[this.position + 1] ?? 0;
    if (this.bytes[this.position] !== 0xff || marker < 0xd0 || marker > 0xd7) {
      throw new Error('a JPEG restart is missing');
    }
    this.position += 2;
  }
}
