/** @file Small pictures for the window, many in one answer, straight from the pixel cache of the open project. */

import { basename } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { PretextError } from '../base/errors.js';
import type { Thumbnails } from '../contract/pixels.js';
import { CachedPictures } from '../pixels/pictures.js';
import type { Workbench } from './workbench.js';

/** Side of the grid's pictures; a side of the pixel cache, so that a run at 80 px shares it. */
export const THUMBNAIL_SIDE = 128;

/** Other calls are answered in between when reading takes longer, as from a slow disk. */
const SLICE_MS = 8;

export class ThumbnailReader {
  private pictures: CachedPictures | null = null;
  private prepared: string | null = null;

  constructor(private readonly workbench: Workbench) {
    workbench.onClose(() => {
      this.pictures?.close();
      this.pictures = null;
    });
  }

  /**
   * Pictures of image ids and frames, in that order.
   *
   * @throws PretextError `not-a-project` where none is open, or another was opened meanwhile.
   */
  async read(frames: readonly (readonly [imageId: number, frame: number])[]): Promise<Thumbnails> {
    const { project } = this.workbench;
    const size = THUMBNAIL_SIDE * THUMBNAIL_SIDE;
    const grey = new Uint8Array(frames.length * size);
    const missing: number[] = [];
    let since = performance.now();
    for (const [place, [imageId, frame]] of frames.entries()) {
      if (performance.now() - since > SLICE_MS) {
        await otherWork();
        since = performance.now();
      }
      const picture = this.one(project.folder, imageId, frame);
      if (picture !== null) grey.set(picture, place * size);
      else missing.push(place);
      if (picture === null && frame === 0) this.prepare(project.folder);
    }
    return { side: THUMBNAIL_SIDE, grey, missing };
  }

  /** Null also where the cache is damaged: one bad record must not take the others' pictures away. */
  private one(folder: string, imageId: number, frame: number): Uint8Array | null {
    const { project } = this.workbench;
    if (project.folder !== folder) {
      throw new PretextError({ code: 'not-a-project', message: 'Another project was opened meanwhile.' });
    }
    this.pictures ??= new CachedPictures(project, THUMBNAIL_SIDE);
    try {
      return this.pictures.read(imageId, frame);
    } catch (error) {
      if (error instanceof PretextError) return null;
      throw error;
    }
  }

  /** An image without a picture is one that the command line took in: all that are missing are made, once. */
  private prepare(folder: string): void {
    const { jobs } = this.workbench;
    if (this.prepared === folder || jobs.live.some(({ kind }) => kind === 'import' || kind === 'pictures')) return;
    this.prepared = folder;
    jobs.start({
      kind: 'pictures',
      subject: basename(folder),
      folder,
      work: 'pictures',
      request: { project: folder, side: THUMBNAIL_SIDE },
      onEnd: () => this.workbench.changed('images'),
    });
  }
}
