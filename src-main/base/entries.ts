/** @file Where the built entry points of worker threads and child processes lie. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PretextError } from './errors.js';

/** Files of the build that run in a thread or process of their own; see `electron.config.ts`. */
export type EntryName =
  | 'decode-worker'
  | 'decode-guard'
  | 'deidentify-worker'
  | 'loader-worker'
  | 'suggest-worker'
  | 'trainer';

/**
 * Path of a built entry point. All entry points lie in one folder; code that was split off into a chunk looks for
 * them in the folders above its own. `PRETEXT_ENTRIES` names the folder where nothing was bundled (unit tests).
 *
 * @throws PretextError `internal` where the build is missing.
 */
export function entryPath(name: EntryName): string {
  const given = process.env.PRETEXT_ENTRIES;
  const folders = given === undefined ? [__dirname, dirname(__dirname), join(process.cwd(), 'out', 'main')] : [given];
  for (const folder of folders) {
    const path = join(folder, `${name}.js`);
    if (existsSync(path)) return path;
  }
  throw new PretextError({
    code: 'internal',
    message: `The program part ${name}.js is missing.`,
    remedy: 'Reinstall Pretext, or in a checkout run npm run build.',
  });
}
