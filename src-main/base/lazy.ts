/** @file Loading a package when it is first needed. */

import { createRequire } from 'node:module';

const requireFromHere = createRequire(__filename);

/**
 * A CommonJS package, loaded at the first call. Not `import()`: on older Electrons that cannot look into the archive of
 * a packaged program.
 */
export function lazyPackage<T>(name: string): T {
  return requireFromHere(name) as T;
}
