/** @file `npm start`: opens the window from a checkout. */

import { spawn } from 'node:child_process';
import { ensureBuilt, root } from './build.mjs';
import { electronRuntime, electronSwitches } from './electron-runtime.mjs';

await ensureBuilt();
const { path: electron } = await electronRuntime();
const child = spawn(electron, [...electronSwitches(), root], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
