/** @file Finds the image that a line of a table means: by SOPInstanceUID, or by a whole or partial path. */

import { dirname, resolve } from 'node:path';
import type { Project } from './project.js';

/** Which column of a table names the image, and how. */
export type IdColumn = 'sop_instance_uid' | 'path';

export type Found = { imageId: number } | { problem: 'unknown' | 'ambiguous' };

/** Tables made on Windows are read on Linux and the other way round. */
function slashed(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Looks images up by SOPInstanceUID (0008,0018). */
function byUid(project: Project): (id: string) => Found {
  const { database } = project.catalogue;
  return (id) => {
    const row = database.one<{ id: number }>('SELECT id FROM image WHERE sop_instance_uid = ?', [id]);
    return row === undefined ? { problem: 'unknown' } : { imageId: row.id };
  };
}

/**
 * Looks images up by path: the absolute path, the path as seen from the table's own folder, else the end of exactly
 * one imported path ('images/1.dcm' means '/data/images/1.dcm' but not '/data/more-images/1.dcm').
 */
function byPath(project: Project, table: string): (id: string) => Found {
  const files = project.catalogue.database.all<{ path: string; imageId: number }>(
    'SELECT path, image_id AS imageId FROM file WHERE image_id IS NOT NULL',
  );
  const byName = new Map<string, { path: string; imageId: number }[]>();
  for (const file of files) {
    const path = slashed(file.path);
    const name = lastPart(path);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [{ path, imageId: file.imageId }]);
    else same.push({ path, imageId: file.imageId });
  }
  const folder = dirname(resolve(table));
  return (id) => {
    const wanted = slashed(id);
    const candidates = byName.get(lastPart(wanted)) ?? [];
    const beside = slashed(resolve(folder, wanted));
    const exact = candidates.find(({ path }) => path === wanted || path === beside);
    if (exact !== undefined) return { imageId: exact.imageId };
    const ending = candidates.filter(({ path }) => path.endsWith(`/${wanted}`));
    const images = new Set(ending.map(({ imageId }) => imageId));
    const [only] = images;
    if (only === undefined) return { problem: 'unknown' };
    return images.size === 1 ? { imageId: only } : { problem: 'ambiguous' };
  };
}

/** A function that finds the image of an id of this kind; `table` is the file that the ids stand in. */
export function imageIndex(project: Project, kind: IdColumn, table: string): (id: string) => Found {
  return kind === 'path' ? byPath(project, table) : byUid(project);
}
