/** @file Copies of real DICOM files, each a SOP instance of its own, so that many can be measured. */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every regular file below `folder`, in order. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** The value of a UID element wherever it stands with that very text, replaced by another of the same length. */
function renamed(bytes, uid, number) {
  const out = Buffer.from(bytes);
  const other = `2.25.1${String(number).padStart(uid.length - 6, '0')}`;
  for (let at = out.indexOf(uid, 0, 'latin1'); at >= 0; at = out.indexOf(uid, at + uid.length, 'latin1')) {
    // Only the header's: a UID is not looked for among pixels.
    if (at > 64 * 1024) break;
    out.write(other, at, 'latin1');
  }
  return out;
}

/**
 * Fills `folder` with `count` copies of the files `sources` ({ path, uid: SOP Instance UID }), one after the other,
 * a thousand in each folder.
 *
 * @returns paths of the copies
 */
export function makeCopies(sources, count, folder) {
  const paths = [];
  for (let index = 0; index < count; index++) {
    const { path, uid } = sources[index % sources.length];
    const inside = join(folder, String(Math.floor(index / 1000)).padStart(4, '0'));
    if (index % 1000 === 0) mkdirSync(inside, { recursive: true });
    const copy = join(inside, `${String(index).padStart(7, '0')}.dcm`);
    paths.push(copy);
    if (statSync(copy, { throwIfNoEntry: false }) === undefined)
      writeFileSync(copy, renamed(readFileSync(path), uid, index));
  }
  return paths;
}
