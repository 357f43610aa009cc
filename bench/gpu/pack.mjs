/**
 * @file Puts everything that `run.mjs` needs on a machine without internet into one folder, and that into one archive:
 *
 *   node bench/gpu/pack.mjs [--vulkan /usr/lib/x86_64-linux-gnu/libvulkan.so.1] [--without-node]
 *
 * Linux on x64. The result is out/gpu-bench and out/gpu-bench.tar.gz.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { values: flags } = parseArgs({
  options: { vulkan: { type: 'string' }, 'without-node': { type: 'boolean', default: false } },
});
const folder = join(root, 'out/gpu-bench');
rmSync(folder, { recursive: true, force: true });

await build({
  root,
  configFile: false,
  logLevel: 'error',
  ssr: { noExternal: true, external: ['onnxruntime-node'] },
  build: {
    ssr: join(root, 'bench/gpu/step.ts'),
    outDir: join(folder, 'out'),
    rollupOptions: { output: { format: 'cjs', entryFileNames: 'gpu-step.cjs' } },
  },
});

const carry = (path) => cpSync(join(root, path), join(folder, path), { recursive: true, dereference: true });
for (const path of ['run.mjs', 'torch_step.py', 'README.md']) carry(join('bench/gpu', path));
for (const path of ['vit.py', 'step.py']) carry(join('bench/peers', path));
for (const path of ['dist', 'package.json', 'LICENSE', 'bin/napi-v6/linux/x64']) {
  if (existsSync(join(root, 'node_modules/onnxruntime-node', path))) carry(join('node_modules/onnxruntime-node', path));
}
carry('node_modules/onnxruntime-common');
if (flags.vulkan !== undefined) {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  copyFileSync(flags.vulkan, join(folder, 'lib/libvulkan.so.1'));
}
if (!flags['without-node']) copyFileSync(process.execPath, join(folder, 'node'));
execFileSync('tar', ['-czf', `${folder}.tar.gz`, '-C', join(root, 'out'), 'gpu-bench']);
const mebibytes = (statSync(`${folder}.tar.gz`).size / 2 ** 20).toFixed(0);
process.stdout.write(`out/gpu-bench.tar.gz, ${mebibytes} MiB\n`);
