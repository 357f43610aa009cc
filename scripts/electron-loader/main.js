/** @file Packed as the default app of the development Electron: starts the app folder named on the command line. */

const { app } = require('electron');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');

/** `electron [-r MODULE]... [switches] FOLDER [the app's own arguments]` */
function parseCommandLine(words) {
  const required = [];
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === '-r' || word === '--require') required.push(rest.shift());
    else if (!word.startsWith('-')) return { required, folder: resolve(word) };
  }
  return { required, folder: null };
}

const { required, folder } = parseCommandLine(process.argv.slice(1));
if (folder === null) {
  process.stderr.write('usage: electron [switches] FOLDER\n');
  app.exit(2);
} else {
  const { productName, name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  process.defaultApp = true;
  app.setName(productName ?? name);
  app.setVersion(version);
  app.setAppPath(folder);
  app.setPath('userData', join(app.getPath('appData'), app.getName()));
  const fromHere = Module.createRequire(join(process.cwd(), 'package.json'));
  try {
    for (const path of required) fromHere(path);
    // Loaded as the main module, so that `require.main` is what it is in a package.
    Module._load(Module._resolveFilename(folder), null, true);
  } catch (error) {
    // Electron's own answer is a dialog, which nobody sees in a test.
    process.stderr.write(`${error.stack}\n`);
    app.exit(1);
  }
}
