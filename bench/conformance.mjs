/**
 * @file The public DICOM files, one line each: what Pretext makes of their pixels beside GDCM, and pydicom with its decoders.
 *
 *   node bench/conformance.mjs [--data ../shared/data] [--csv bench/results/dicom-conformance.csv]
 *
 * GDCM's digests are those of DICOM_TABLE.tsv beside the files (`gdcmconv --raw`, `gdcmraw`), held against what `pretext
 * inspect` gives; pydicom's are those of tests/fixtures/pixel-digests.json, which bench/peers/pixel_digests.py wrote, held against the
 * values by pixel. JPEG of 12 bits and lossy HTJ2K, which decoders round differently, are compared by the means of 8 x 8 tiles:
 * `close` is less than 0.05 grey levels apart. Ends with 1 where a file is different, or refused without being expected to be.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { runnerImport } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: { data: { type: 'string', default: join(root, '..', 'shared', 'data') }, csv: { type: 'string' } },
});
// The program is bundled as CommonJS, where each file knows its name; packages are looked for from here.
globalThis.__filename = fileURLToPath(import.meta.url);
const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { decodePixels } = await load('dicom/decode.ts');
const { inspectBytes } = await load('dicom/inspect.ts');

const digests = JSON.parse(readFileSync(join(root, 'tests/fixtures/pixel-digests.json'), 'utf8')).files;
const [head, ...lines] = readFileSync(join(flags.data, 'DICOM_TABLE.tsv'), 'utf8').trimEnd().split('\n');
const columnOf = (name) => head.split('\t').indexOf(name);
const gdcmColumn = columnOf('gdcm_md5');
const rows = lines.map((line) => line.split('\t')).map((cells) => ({ file: cells[0], gdcm: cells[gdcmColumn] }));

/** Refused although there are pixels, and why that is right. */
const EXPECTED_REFUSALS = new Map([
  ['conformance/pydicom/JPEG2000-embedded-sequence-delimiter.dcm', 'its codestream is broken, and pydicom refuses it'],
  ['conformance/pydicom/MR_truncated.dcm', 'truncated on purpose'],
  ['conformance/pydicom/meta_missing_tsyntax.dcm', 'no image size'],
  ['conformance/pydicom/nested_priv_SQ.dcm', 'no image size'],
  ['conformance/pydicom/no_meta.dcm', 'a fragment of a file, broken on purpose'],
  ['conformance/pydicom/rtplan_truncated.dcm', 'truncated on purpose'],
]);

/** pydicom insists on the delimiter that this one lacks; its pixels are those of the other. */
const SAME_AS = new Map([
  [
    'conformance/pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm',
    'conformance/pydicom-data/emri_small_jpeg_2k_lossless.dcm',
  ],
]);

/** Read by neither GDCM nor pydicom: the same picture in another encoding. */
const TWINS = new Map([
  ['conformance/pydicom-data/liver_deflate.dcm', 'conformance/pydicom-data/liver.dcm'],
  ['conformance/pydicom-data/liver_nonbyte_aligned_deflate.dcm', 'conformance/pydicom-data/liver_nonbyte_aligned.dcm'],
  ['conformance/pydicom-data/liver_nonbyte_aligned_rle.dcm', 'conformance/pydicom-data/liver_nonbyte_aligned.dcm'],
  ['conformance/pydicom-data/liver_rle.dcm', 'conformance/pydicom-data/liver.dcm'],
  ['conformance/pydicom/badVR.dcm', 'conformance/pydicom/rtdose_1frame.dcm'],
]);

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');

/** Values as pydicom gives them: bits beside Bits Stored replaced by the sign. */
function asPydicom({ header, values }) {
  if (!(values instanceof Int16Array) || header.bitsStored === 16) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const unused = 31 - header.highBit;
  return new Uint8Array(values.map((value) => (value << unused) >> (32 - header.bitsStored)).buffer);
}

const TILES = 8;

/** Largest difference from the means of tiles of the first frame. */
function tileDistance({ header, values }, means) {
  const { rows: height, columns: width, samplesPerPixel: samples } = header;
  let largest = 0;
  means.forEach((mean, tile) => {
    const [y, x] = [Math.floor(tile / TILES), tile % TILES];
    const [left, right] = [x, x + 1].map((edge) => Math.floor((width * edge) / TILES) * samples);
    let sum = 0;
    let count = 0;
    for (let row = Math.floor((height * y) / TILES); row < Math.floor((height * (y + 1)) / TILES); row++) {
      for (let column = left; column < right; column++, count++) sum += values[row * width * samples + column];
    }
    largest = Math.max(largest, Math.abs(sum / count - mean));
  });
  return largest;
}

function besidePydicom(pixels, file) {
  const reference = digests[SAME_AS.get(file) ?? file];
  if (reference?.md5 === undefined) return { verdict: '', decoder: '' };
  const { decoder } = reference;
  if (reference.tileMeans === undefined) {
    return { verdict: md5(asPydicom(pixels)) === reference.md5 ? 'equal' : 'different', decoder };
  }
  return { verdict: tileDistance(pixels, reference.tileMeans) < 0.05 ? 'close' : 'different', decoder };
}

async function lineOf({ file, gdcm }) {
  const bytes = readFileSync(join(flags.data, file));
  const inspected = await inspectBytes(bytes, file);
  const facts = {
    path: file,
    transfer_syntax: inspected.transferSyntax ?? '',
    photometric: inspected.photometric ?? '',
    pixel_md5: inspected.pixelMd5 ?? '',
    gdcm: '',
    pydicom: '',
    decoder: '',
  };
  if (inspected.refused !== null) {
    const noPixels = inspected.refused.startsWith('Not an image: it holds no pixel data');
    const why = noPixels ? 'no pixels' : EXPECTED_REFUSALS.get(file);
    return {
      ...facts,
      result: why === undefined ? 'refused, not expected' : 'refused',
      note: `${inspected.refused}${why && !noPixels ? ` Expected: ${why}.` : ''}`,
    };
  }
  const pixels = await decodePixels(bytes, file);
  const { verdict, decoder } = besidePydicom(pixels, file);
  const beside = {
    gdcm: gdcm === '' ? '' : gdcm === inspected.pixelMd5 ? 'equal' : 'other',
    pydicom: verdict,
    decoder,
  };
  if (verdict === 'equal' || verdict === 'close') return { ...facts, ...beside, result: verdict, note: '' };
  if (beside.gdcm === 'equal' && verdict === '') return { ...facts, ...beside, result: 'equal', note: '' };
  const twin = TWINS.get(file);
  if (verdict === '' && twin !== undefined) {
    const other = await decodePixels(readFileSync(join(flags.data, twin)), twin);
    const isEqual = md5(asPydicom(pixels)) === md5(asPydicom(other));
    return { ...facts, ...beside, result: isEqual ? 'equal' : 'different', note: `Beside ${twin}.` };
  }
  return { ...facts, ...beside, result: verdict === '' && beside.gdcm === '' ? 'no reference' : 'different', note: '' };
}

const table = [];
for (const row of rows) table.push(await lineOf(row));
table.sort((one, other) => (one.path < other.path ? -1 : 1));
const columns = ['path', 'transfer_syntax', 'photometric', 'result', 'gdcm', 'pydicom', 'decoder', 'pixel_md5', 'note'];
writeFileSync(
  flags.csv ?? join(root, 'bench/results/dicom-conformance.csv'),
  stringify(table, { header: true, columns }),
);

const counts = new Map();
for (const { result } of table) counts.set(result, (counts.get(result) ?? 0) + 1);
console.log(`${table.length} files: ${[...counts].map(([result, count]) => `${count} ${result}`).join(', ')}`);
const gdcmOther = table.filter(({ gdcm, pydicom }) => gdcm === 'other' && pydicom === 'equal').length;
console.log(`${gdcmOther} equal to pydicom in another form than GDCM's, or where GDCM is known to be wrong`);
process.exitCode = counts.has('different') || counts.has('refused, not expected') ? 1 : 0;
