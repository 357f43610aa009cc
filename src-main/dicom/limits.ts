/** @file Upper bounds for what one file may ask for, so that a broken or hostile header cannot exhaust the machine. */

const MiB = 1024 * 1024;

/** Largest file that is read at all; Node's buffers end near here. */
export const MAX_FILE_BYTES = 2047 * MiB;
/** Largest decoded frame: 16 384 x 8 192 pixels of 16 bit. */
export const MAX_FRAME_BYTES = 256 * MiB;
/** Largest decoded file when all frames are asked for at once. */
export const MAX_DECODED_BYTES = 1024 * MiB;
/** Most bytes that a deflated header may take up before its pixel data is found. */
export const MAX_INFLATED_HEADER_BYTES = 80 * MiB;
/** Largest file of several frames that a worker keeps between two frames that it is asked for. */
export const MAX_KEPT_BYTES = 512 * MiB;
/** Largest PNG or JPEG in pixels. */
export const MAX_RASTER_PIXELS = 128 * MiB;
/** Most frames that one file may hold. */
export const MAX_FRAMES = 65_536;
/** Most resident memory of a process that reads files, MiB, beside twice the size of the file in hand. */
export const MAX_READER_MB = 900;
/** Most elements at the top level of a data set; the largest real headers have some thousands. */
export const MAX_ELEMENTS = 65_536;
/** Most processor time for a small file, milliseconds. */
export const MAX_CPU_MS = 1500;
/** What is added for each MiB of a file. */
export const CPU_MS_PER_FILE_MIB = 1000;
/** What is added for each MiB of its decoded pixels: JPEG 2000 packs tens of them into one MiB. */
export const CPU_MS_PER_PIXEL_MIB = 200;
/** Deepest nesting of sequences; structured reports go to about ten. */
export const MAX_NESTING = 64;
/** Most files in one archive. */
export const MAX_ARCHIVE_ENTRIES = 500_000;
/** Largest file within an archive, after inflation. */
export const MAX_ENTRY_BYTES = 512 * MiB;
/** Most bytes that one compressed byte may become, beyond files that are small anyway. */
export const MAX_INFLATE_RATIO = 200;
/** Inflated files up to this size may be of one value throughout. */
export const SMALL_ENTRY_BYTES = 16 * MiB;
/** Largest volume of a NIfTI file after inflation. */
export const MAX_INFLATED_VOLUME_BYTES = 512 * MiB;
/** Most pages of a TIFF file that are read. */
export const MAX_PAGES = 4096;
