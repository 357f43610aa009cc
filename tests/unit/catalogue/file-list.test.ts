/** @file The list of found files: what goes in comes out, in order. */

import { expect, it } from 'vitest';
import { FileList, type FoundFile } from '../../../src-main/catalogue/file-list.js';

it('gives back what was put in, in parts or one after the other', () => {
  const list = new FileList();
  const files: FoundFile[] = [];
  for (let index = 0; index < 5000; index++) {
    const archive = index % 7 === 3 ? `/disk/a-${index % 3}.zip` : undefined;
    const folder = archive === undefined ? `/disk/folder ${index % 11}/` : `${archive}!/in/`;
    const path = `${folder}${index % 100 === 0 ? 'Ä' : ''}image-${index}.dcm`;
    const file: FoundFile = { path, size: index * 2 ** 20, mtimeMs: 1.7e12 + index + 0.5 };
    files.push(archive === undefined ? file : { ...file, archive });
  }
  files.push({ path: '/alone', size: 0, mtimeMs: 0 }, { path: 'C:\\scans\\1.dcm', size: 1, mtimeMs: 1 });
  for (const file of files) list.push(file);
  expect(list.length).toBe(files.length);
  expect([...list]).toEqual(files);
  expect(list.slice(1000, 1010)).toEqual(files.slice(1000, 1010));
  expect(list.slice(4990)).toEqual(files.slice(4990));
  expect(list.slice(9000, 9010)).toEqual([]);
});
