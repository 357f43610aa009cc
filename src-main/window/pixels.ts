/** @file Answers calls for pictures: frames in full resolution, decoded by processes of their own, and small ones. */

import { PretextError } from '../base/errors.js';
import { samples } from '../catalogue/queries.js';
import type { pixelsCalls } from '../contract/pixels.js';
import { DecodePool } from '../dicom/decode-pool.js';
import type { Handlers } from './handlers.js';
import { ThumbnailReader } from './pictures.js';
import type { Workbench } from './workbench.js';

/** The frame that is looked at, and beside it one that may be next. */
const WORKERS = 2;

export function answerPixels(workbench: Workbench): Handlers<keyof typeof pixelsCalls> {
  const thumbnails = new ThumbnailReader(workbench);
  let pool: DecodePool | null = null;
  workbench.onClose(() => {
    void pool?.close();
    pool = null;
  });
  return {
    'pixels:thumbnails': ({ frames }) => thumbnails.read(frames),
    'pixels:frame': async ({ imageId, frame }) => {
      const [sample] = samples(workbench.project, { imageIds: [imageId] });
      if (sample === undefined) {
        throw new PretextError({
          code: 'not-found',
          message: `There is no image ${imageId} in this project, or its file was replaced by another.`,
          remedy: 'Import its folder again.',
        });
      }
      pool ??= new DecodePool({ workers: WORKERS });
      const result = await pool.readFrame(sample.path, frame);
      if (result.ok) return result.frame;
      throw new PretextError({
        code: 'bad-file',
        message: result.reason,
        path: sample.path,
        remedy: 'Check that the file is still there and whole, or leave the image out.',
      });
    },
  };
}
