/** @file `npm run -s pretext -- COMMAND`: the command line from a checkout, rebuilt first where a source changed. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureBuilt, root } from './build.mjs';

try {
  await ensureBuilt({ nodeOnly: true, quiet: true });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nPretext does not build.\n`);
  process.exit(1);
}

// In this very process: whoever stops or kills it stops the command line, not a process in front of it.
createRequire(import.meta.url)(join(root, 'out/main/cli.js'));
