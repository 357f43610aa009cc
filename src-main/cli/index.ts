/** @file Entry of the command line. */

import { systemCode } from '../base/errors.js';
import { FAILURE, runCommandLine } from './program.js';
import { type Sink, Terminal } from './terminal.js';

/** A stream that may lose its reader (`pretext ... | head`): the work goes on, unheard. */
function tolerant(stream: NodeJS.WriteStream): Sink {
  let open = true;
  stream.on('error', (error) => {
    const code = systemCode(error);
    if (code !== 'EPIPE' && code !== 'EIO') throw error;
    open = false;
  });
  return {
    write: (text) => open && stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

const sinks = { out: tolerant(process.stdout), err: tolerant(process.stderr) };

for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(name, (error: unknown) => {
    new Terminal(process.argv.includes('--json'), sinks).error(error);
    process.exit(FAILURE);
  });
}

runCommandLine(process.argv.slice(2), sinks, (code) => process.exit(code)).then((code) => {
  process.exitCode = code;
});
