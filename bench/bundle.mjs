/** @file Bundles a TypeScript file of `bench` with the parts of Pretext that it uses. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * One CommonJS file, as the program itself is built: onnx-proto has no named exports for a module to import.
 *
 * @param {string} entry file of `bench`, without `.ts`
 * @returns {Promise<string>} path of the bundle
 */
export async function bundle(entry) {
  const outDir = join(root, 'out/bench');
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(root, `bench/${entry}.ts`),
      outDir,
      emptyOutDir: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: `${entry}.cjs` } },
    },
  });
  return join(outDir, `${entry}.cjs`);
}
