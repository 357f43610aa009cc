/** @file `npm run -s pretext -- COMMAND`: the command line from a checkout, rebuilt first where a source changed. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, root } from './build.mjs';

try {
  await ensureBuilt({ nodeOnly: true, quiet: true });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nPretext does not build.\n`);
  process.exit(1);
}

const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
