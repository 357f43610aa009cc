/** @file DICOMDIR: the directory of a DICOM medium, and the files that its records name (PS3.3 Annex F, PS3.10 8). */

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseDataSet } from './dataset.js';
import { ValueReader } from './values.js';

export const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

/** Files that are there, and those that are not, with the reason; as absolute paths. */
export interface MediaContents {
  files: string[];
  missing: { path: string; reason: string }[];
}

const DIRECTORY_RECORD_SEQUENCE = 'x00041220';
const REFERENCED_FILE_ID = 'x00041500';
/** PS3.10 8.2: at most eight components. */
const MAX_COMPONENTS = 8;

/** Neither empty nor a way out of its folder. */
function isComponent(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text);
}

/** A name without what ISO 9660 adds: the version `;1` and the dot of a name without extension. */
function plainName(name: string): string {
  return name.replace(/;\d+$/, '').replace(/\.$/, '').toUpperCase();
}

/** Where the files of a medium lie: in folders of a disk, or of an archive. */
export interface MediaFolders {
  /** The folder of the DICOMDIR. */
  root: string;
  /** Names in a folder, in order; none where there is no such folder. */
  names(folder: string): string[];
  inside(folder: string, name: string): string;
}

function onDisk(path: string): MediaFolders {
  const names = (folder: string): string[] => {
    try {
      return readdirSync(folder).sort();
    } catch {
      return [];
    }
  };
  return { root: dirname(path), names, inside: join };
}

/** The folders of an archive that holds a DICOMDIR. @param path address of the DICOMDIR @param all of every entry */
export function mediaInArchive(path: string, all: readonly string[]): MediaFolders {
  const root = path.slice(0, path.lastIndexOf('/'));
  const known = new Map<string, Set<string>>();
  for (const address of all) {
    if (!address.startsWith(`${root}/`)) continue;
    const names = address.slice(root.length + 1).split('/', MAX_COMPONENTS + 1);
    if (names.length > MAX_COMPONENTS) continue;
    let folder = root;
    for (const name of names) {
      const others = known.get(folder);
      if (others === undefined) known.set(folder, new Set([name]));
      else others.add(name);
      folder += `/${name}`;
    }
  }
  return {
    root,
    names: (folder) => [...(known.get(folder) ?? [])].sort(),
    inside: (folder, name) => `${folder}/${name}`,
  };
}

/** Listings of the folders of one medium. */
class Listings {
  private readonly known = new Map<string, string[]>();

  constructor(readonly folders: MediaFolders) {}

  /** The entry of `folder` that a component means: the name itself, else but for case and ISO 9660 version. */
  find(folder: string, component: string): string | null {
    let names = this.known.get(folder);
    if (names === undefined) {
      names = this.folders.names(folder);
      this.known.set(folder, names);
    }
    if (names.includes(component)) return component;
    const wanted = plainName(component);
    return names.find((name) => plainName(name) === wanted) ?? null;
  }
}

/**
 * The file that a Referenced File ID (0004,1500) means. Its components are looked up in the listings of folders, so
 * they never become a path of their own.
 */
function resolveFile(components: readonly string[], listings: Listings): string | null {
  let path = listings.folders.root;
  for (const component of components) {
    const name = listings.find(path, component);
    if (name === null) return null;
    path = listings.folders.inside(path, name);
  }
  return path;
}

/**
 * Reads the records of a DICOMDIR in whatever order and however they are linked: each that names a file counts.
 *
 * @param bytes of the whole file
 * @param folders where its files lie; those of the disk around `path`, where they are not given
 * @throws PretextError `bad-file` where its structure is damaged.
 */
export function readMedia(bytes: Uint8Array, path: string, folders = onDisk(path)): MediaContents {
  const { dataSet } = parseDataSet(bytes, path, { sequences: 'all' });
  const records = new ValueReader(dataSet).items(DIRECTORY_RECORD_SEQUENCE);
  const listings = new Listings(folders);
  const contents: MediaContents = { files: [], missing: [] };
  const seen = new Set<string>();
  for (const record of records) {
    const id = record.text(REFERENCED_FILE_ID);
    if (id === null || seen.has(id)) continue;
    seen.add(id);
    const components = id.split('\\').map((component) => component.trim());
    if (components.length > MAX_COMPONENTS || components.some((part) => !isComponent(part))) {
      contents.missing.push({ path, reason: 'It names a file in a way that leads to no file of the medium.' });
      continue;
    }
    const file = resolveFile(components, listings);
    if (file === null) {
      contents.missing.push({
        path: components.reduce((folder, name) => folders.inside(folder, name), folders.root),
        reason: 'The DICOMDIR names this file; it is missing.',
      });
    } else contents.files.push(file);
  }
  return contents;
}

/** True where a file that holds no image is the directory of a medium. */
export function isMediaDirectory(bytes: Uint8Array, path: string): boolean {
  try {
    const parsed = parseDataSet(bytes, path, { fileSize: Number.MAX_SAFE_INTEGER });
    const sopClass = parsed.metaSopClassUID ?? new ValueReader(parsed.dataSet).firstText('x00080016');
    return sopClass === MEDIA_STORAGE_DIRECTORY;
  } catch {
    return false;
  }
}
