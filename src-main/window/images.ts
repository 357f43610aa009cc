/** @file Answers what the window asks about the images of the project. */

import { PretextError } from '../base/errors.js';
import { seriesGeometry } from '../catalogue/assess.js';
import { ImageBrowser } from '../catalogue/browse.js';
import { leaveOut } from '../catalogue/flags.js';
import type { Project } from '../catalogue/project.js';
import type { imageCalls } from '../contract/images.js';
import { DecodePool } from '../dicom/decode-pool.js';
import { findingText } from '../volumes/findings.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** One header is read at a time, and none takes longer unless its disk is gone. */
const READER = { workers: 1, timeLimitMs: 10_000, memoryLimitMb: 512 };

export function answerImages(workbench: Workbench): Handlers<keyof typeof imageCalls> {
  let opened: { project: Project; browser: ImageBrowser } | null = null;
  let pool: DecodePool | null = null;

  const browser = (): ImageBrowser => {
    const { project } = workbench;
    if (opened?.project !== project) opened = { project, browser: new ImageBrowser(project) };
    return opened.browser;
  };

  return {
    'images:count': ({ filter }) => browser().count(filter),
    'images:page': ({ filter, offset, limit }) => browser().page(filter, offset, limit),
    'images:position': ({ filter, imageId }) => browser().position(filter, imageId),
    'images:image': ({ imageId }) => browser().images([imageId])[0] ?? null,
    'images:facets': ({ filter, task }) => browser().facets(filter, task),
    'images:patients': ({ filter, offset, limit }) => browser().patients(filter, offset, limit),
    'images:studies': ({ filter, patientId }) => browser().studies(filter, patientId),
    'images:series': ({ seriesId }) => browser().stack(seriesId),
    'images:space': ({ seriesId }) => {
      const geometry = seriesGeometry(workbench.project, seriesId);
      if (geometry === null) return null;
      const volumes = geometry.volumes.map(({ size, spacing }) => ({ size, spacing }));
      return { volumes, findings: geometry.findings.map(findingText) };
    },
    'images:leave-out': ({ flag, out }) => {
      leaveOut(workbench.project, flag, out);
      return null;
    },
    'images:tags': async ({ imageId, identifiers }) => {
      const path = browser().path(imageId);
      pool ??= new DecodePool(READER);
      const result = await pool.readTags(path, identifiers);
      // Folders and files are often named after patients.
      if (result.ok) return { path: identifiers ? path : null, ...result.list };
      throw new PretextError({
        code: 'unreadable',
        message: `The tags of this image cannot be read. ${result.reason}`,
        path,
        remedy: 'Check that the file is still where it was imported from, or import its new folder.',
      });
    },
  };
}
