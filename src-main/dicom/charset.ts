/** @file Text of a data set by its Specific Character Set (0008,0005): PS3.3 C.12.1.1.2 and PS3.5 section 6.1. */

/** Encoding labels of the WHATWG standard for the defined terms that stand alone or come first. */
const BASE_ENCODINGS = new Map<string, string>([
  ['', 'latin1'],
  ['6', 'latin1'],
  ['100', 'latin1'],
  ['101', 'iso-8859-2'],
  ['109', 'iso-8859-3'],
  ['110', 'iso-8859-4'],
  ['144', 'iso-8859-5'],
  ['127', 'iso-8859-6'],
  ['126', 'iso-8859-7'],
  ['138', 'iso-8859-8'],
  ['148', 'windows-1254'],
  ['203', 'iso-8859-15'],
  ['166', 'windows-874'],
  ['13', 'shift_jis'],
  ['192', 'utf-8'],
  ['149', 'euc-kr'],
  ['58', 'gbk'],
  ['GB18030', 'gb18030'],
  ['GBK', 'gbk'],
]);

/** Escape sequences of PS3.3 tables C.12-3 and C.12-4: the bytes after ESC, and how the bytes that follow are read. */
const ESCAPES: { code: string; encoding: string; wide?: 'jis0208' | 'jis0212' }[] = [
  { code: '$(D', encoding: 'euc-jp', wide: 'jis0212' },
  { code: '$)C', encoding: 'euc-kr' },
  { code: '$)A', encoding: 'gbk' },
  { code: '$B', encoding: 'euc-jp', wide: 'jis0208' },
  { code: '(B', encoding: 'ascii-g0' },
  { code: '(J', encoding: 'shift_jis' },
  { code: ')I', encoding: 'shift_jis' },
  { code: '-A', encoding: 'latin1' },
  { code: '-B', encoding: 'iso-8859-2' },
  { code: '-C', encoding: 'iso-8859-3' },
  { code: '-D', encoding: 'iso-8859-4' },
  { code: '-L', encoding: 'iso-8859-5' },
  { code: '-G', encoding: 'iso-8859-6' },
  { code: '-F', encoding: 'iso-8859-7' },
  { code: '-H', encoding: 'iso-8859-8' },
  { code: '-M', encoding: 'windows-1254' },
  { code: '-T', encoding: 'windows-874' },
  { code: '-b', encoding: 'iso-8859-15' },
];

const ESC = 0x1b;
/** Characters after which the initial character set is in force again (PS3.5 section 6.1.2.5.3). */
const DELIMITERS = new Set([0x5c, 0x5e, 0x3d, 0x0a, 0x0d, 0x0c, 0x09]);

const decoders = new Map<string, TextDecoder>();

/** Bytes up to which characters one by one are quicker than a buffer of their own. */
const SHORT = 16;

function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function decodeWith(encoding: string, bytes: Uint8Array): string {
  if (encoding === 'latin1') return decodeLatin1(bytes);
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(encoding);
    } catch {
      decoder = new TextDecoder('utf-8');
    }
    decoders.set(encoding, decoder);
  }
  return decoder.decode(bytes);
}

/**
 * The text of printable ASCII between `start` and `end`, up to a NUL: every character set reads it alike. Null where
 * there is anything else.
 */
export function asciiText(bytes: Uint8Array, start: number, end: number): string | null {
  let stop = start;
  for (; stop < end && bytes[stop] !== 0; stop++) if (bytes[stop]! < 0x20 || bytes[stop]! > 0x7e) return null;
  if (stop - start > SHORT) {
    return Buffer.isBuffer(bytes) ? bytes.toString('latin1', start, stop).trim() : null;
  }
  let text = '';
  for (let i = start; i < stop; i++) text += String.fromCharCode(bytes[i]!);
  return text.trim();
}

/** Encodings of terms that were met before. */
const known = new Map<string, string>();
const MOST_KNOWN = 64;
const LONGEST_KNOWN = 32;

function baseEncoding(term: string): string {
  const before = known.get(term);
  if (before !== undefined) return before;
  const encoding = encodingOf(term);
  if (known.size < MOST_KNOWN && term.length <= LONGEST_KNOWN) known.set(term, encoding);
  return encoding;
}

function encodingOf(term: string): string {
  const code = term
    .trim()
    .toUpperCase()
    .replace(/^ISO[ _]?(IR|2022)[ _]*(IR)?[ _]*/, '')
    .trim();
  return BASE_ENCODINGS.get(code) ?? 'latin1';
}

/** Bytes of a 94 x 94 set in G0 as the EUC-JP bytes of the same characters. */
function toEuc(bytes: Uint8Array, wide: 'jis0208' | 'jis0212'): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x21 || i + 1 >= bytes.length) {
      out.push(byte);
      continue;
    }
    if (wide === 'jis0212') out.push(0x8f);
    out.push(byte | 0x80, bytes[++i]! | 0x80);
  }
  return Uint8Array.from(out);
}

/** Decodes text with code extensions: pieces between escape sequences, each in the set that is then in force. */
function decodeExtended(bytes: Uint8Array, initial: string): string {
  let text = '';
  let encoding = initial;
  let wide: 'jis0208' | 'jis0212' | undefined;
  let start = 0;
  const flush = (end: number): void => {
    if (end <= start) return;
    const piece = bytes.subarray(start, end);
    text += decodeWith(encoding, wide === undefined ? piece : toEuc(piece, wide));
  };
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === ESC) {
      const rest = String.fromCharCode(...bytes.subarray(i + 1, i + 4));
      const sequence = ESCAPES.find(({ code }) => rest.startsWith(code));
      if (sequence === undefined) continue;
      flush(i);
      wide = sequence.wide;
      encoding = sequence.encoding === 'ascii-g0' ? initial : sequence.encoding;
      start = i + 1 + sequence.code.length;
      i = start - 1;
    } else if (wide === undefined && DELIMITERS.has(byte) && encoding !== initial) {
      flush(i);
      encoding = initial;
      start = i;
    }
  }
  flush(bytes.length);
  return text;
}

/**
 * Text of one element.
 *
 * @param terms the values of Specific Character Set; empty means the default repertoire, read as ISO 8859-1 because
 *   files that leave it out often use it.
 */
export function decodeText(bytes: Uint8Array, terms: readonly string[]): string {
  const initial = baseEncoding(terms[0] ?? '');
  const text = bytes.includes(ESC) ? decodeExtended(bytes, initial) : decodeWith(initial, bytes);
  const end = text.indexOf('\0');
  return (end >= 0 ? text.slice(0, end) : text).trim();
}
