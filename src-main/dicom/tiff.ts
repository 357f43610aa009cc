/** @file TIFF files of grey, colour or palette pages of 8 and 16 bits: header and pixels. */

import { inflateSync } from 'node:zlib';
import type { GeoTIFF, GeoTIFFImage } from 'geotiff';
import { addDecoder, BaseDecoder, fromArrayBuffer } from 'geotiff';
import type { PixelSource, StoredPixels } from './decode.js';
import type { ImageHeader } from './header.js';
import { MAX_FRAME_BYTES, MAX_PAGES } from './limits.js';
import { checkRasterSize, pictureHeader } from './raster-header.js';
import { refusal, thrownText } from './refusal.js';

/** Photometric interpretations (TIFF 6.0 section 8). */
const WHITE_IS_ZERO = 0;
const RGB = 2;
const PALETTE = 3;

/** Deflate within the bounds of one frame: the library's own decoder has none. */
class BoundedInflate extends BaseDecoder {
  override decodeBlock(buffer: ArrayBuffer): ArrayBuffer {
    const inflated = inflateSync(new Uint8Array(buffer), { maxOutputLength: MAX_FRAME_BYTES });
    return Uint8Array.from(inflated).buffer;
  }
}
addDecoder([8, 32946], async () => BoundedInflate);

interface Page {
  image: GeoTIFFImage;
  rows: number;
  columns: number;
  samples: number;
  bits: number;
  photometric: number;
  /** 2: differences along rows are stored instead of values (TIFF 6.0 section 14). */
  predictor: number;
}

/** The library hands a field on as it stands in the file: one that claims several values is a list. */
function single(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`its ${name} is not one whole number`);
}

async function pageOf(image: GeoTIFFImage): Promise<Page> {
  const directory = image.fileDirectory;
  return {
    image,
    rows: single('ImageLength', image.getHeight()),
    columns: single('ImageWidth', image.getWidth()),
    samples: single('SamplesPerPixel', image.getSamplesPerPixel()),
    bits: single('BitsPerSample', image.getBitsPerSample(0)),
    photometric: Number(directory.getValue('PhotometricInterpretation') ?? 1),
    predictor: Number((await directory.loadValue('Predictor')) ?? 1),
  };
}

/** All pages but thumbnails (bit 0 of New Subfile Type). */
async function pagesOf(tiff: GeoTIFF): Promise<Page[]> {
  const count = await tiff.getImageCount();
  const pages: Page[] = [];
  for (let index = 0; index < Math.min(count, MAX_PAGES); index++) {
    const image = await tiff.getImage(index);
    const subfile = Number(image.fileDirectory.getValue('NewSubfileType') ?? 0);
    if (pages.length === 0 || (subfile & 1) === 0) pages.push(await pageOf(image));
  }
  return pages;
}

/** Why a page cannot be read, or null. */
function problemOf(page: Page): string | null {
  const { image, samples, bits, photometric } = page;
  if (bits !== 8 && bits !== 16) return `It has ${bits} bits per sample; of TIFF only 8 and 16 are read.`;
  if (image.getSampleFormat(0) !== 1) return 'Its values are not whole numbers from 0 up, as TIFF pictures have.';
  if (photometric > PALETTE) return 'Its colours are in a form that is not read; only grey, RGB and palettes are.';
  // The library adds up the differences of big endian samples in the wrong byte order.
  if (page.predictor !== 1 && bits === 16 && !image.littleEndian) {
    return 'It keeps differences of big endian samples, which is not read. Save it without a predictor.';
  }
  const wanted = photometric === RGB ? 3 : 1;
  return samples < wanted || samples > wanted + 1 ? `It has ${samples} samples per pixel.` : null;
}

/** Samples without alpha; palette indices become colours (Color Map, 16 bits of red, then green, then blue). */
function valuesOf(page: Page, raw: ArrayLike<number>, map: ArrayLike<number> | null): Uint8Array | Uint16Array {
  const pixels = page.rows * page.columns;
  const channels = page.photometric === RGB || map !== null ? 3 : 1;
  const out = map !== null || page.bits === 16 ? new Uint16Array(pixels * channels) : new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * page.samples;
    for (let channel = 0; channel < channels; channel++) {
      out[pixel * channels + channel] =
        map === null ? raw[from + channel]! : (map[raw[from]! + channel * (map.length / 3)] ?? 0);
    }
  }
  return out;
}

async function paletteOf({ image, photometric }: Page): Promise<ArrayLike<number> | null> {
  if (photometric !== PALETTE) return null;
  const map: unknown = await image.fileDirectory.loadValue('ColorMap');
  return map instanceof Uint16Array || Array.isArray(map) ? map : null;
}

/**
 * Opens a TIFF file: pages of one size are the frames of one image.
 *
 * @throws PretextError `bad-file` where it is damaged, or of a kind that is not read.
 */
export async function openTiff(bytes: Uint8Array, path: string, hash: () => string): Promise<PixelSource> {
  const damaged = (error: unknown) => refusal(path, `The TIFF file cannot be decoded: ${thrownText(error)}.`, error);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let pages: Page[];
  try {
    pages = await pagesOf(await fromArrayBuffer(buffer));
  } catch (error) {
    throw damaged(error);
  }
  const [first] = pages;
  if (first === undefined) throw refusal(path, 'The TIFF file holds no page.');
  for (const page of pages) {
    checkRasterSize(page, path);
    const problem = problemOf(page);
    if (problem !== null) throw refusal(path, problem);
    if (page.rows !== first.rows || page.columns !== first.columns || page.photometric !== first.photometric) {
      throw refusal(path, 'Its pages are of different sizes or colours. Save each page as a file of its own.');
    }
  }
  const samplesPerPixel = first.photometric === RGB || first.photometric === PALETTE ? 3 : 1;
  const header: ImageHeader = {
    ...pictureHeader('tiff', hash(), {
      rows: first.rows,
      columns: first.columns,
      samplesPerPixel,
      bits: first.bits === 16 || first.photometric === PALETTE ? 16 : 8,
    }),
    numberOfFrames: pages.length,
    ...(first.photometric === WHITE_IS_ZERO ? { photometricInterpretation: 'MONOCHROME1' } : {}),
  };
  const readFrame = async (frame: number): Promise<StoredPixels> => {
    const page = pages[frame]!;
    try {
      const raw = await page.image.readRasters({ interleave: true });
      return {
        header: { ...header, numberOfFrames: 1 },
        values: valuesOf(page, raw, await paletteOf(page)),
        mapping: { palette: null, modalityLut: null, rescales: [] },
      };
    } catch (error) {
      throw damaged(error);
    }
  };
  return { header, elements: null, native: null, packed: false, readFrame };
}
