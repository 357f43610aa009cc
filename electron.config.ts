/** @file How the program is bundled (electron-vite, the default export) and packaged (electron-builder, `packaging`). */

import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Configuration } from 'electron-builder';
import { defineConfig } from 'electron-vite';

/** Everything that runs outside the window; each becomes `out/main/NAME.js`. */
const entries = {
  main: 'src-main/main.ts',
  cli: 'src-main/cli/index.ts',
  trainer: 'src-main/training/trainer.ts',
  'decode-worker': 'src-main/dicom/decode-worker.ts',
  'decode-guard': 'src-main/dicom/decode-guard.ts',
  'deidentify-worker': 'src-main/deidentify/deidentify-worker.ts',
  'loader-worker': 'src-main/pixels/loader-worker.ts',
  'suggest-worker': 'src-main/training/suggest-worker.ts',
};

const input = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, resolve(path)]));

/** Packages that are ES modules only; the CommonJS program cannot `require` them, so they become part of it. */
const bundled = ['fast-png', 'geotiff', 'nifti-reader-js'];

// The oldest Electron that the program has to run on (25) has Node 18.15 and Chrome 114.
export default defineConfig({
  main: {
    build: {
      target: 'node18',
      sourcemap: true,
      externalizeDeps: { exclude: bundled, include: ['@tensorflow/tfjs-node-gpu'] },
      rolldownOptions: {
        input,
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve('src-main/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte({ configFile: resolve('svelte.config.mjs') })],
    build: {
      target: 'chrome114',
      modulePreload: false,
      assetsInlineLimit: 0,
      minify: true,
      rolldownOptions: { input: resolve('src-renderer/index.html') },
    },
  },
});

/** ONNX Runtime's package holds its libraries for every system; a package is for the system it is made on. */
const foreignEngines = [
  ...['darwin', 'linux', 'win32'].filter((system) => system !== process.platform),
  ...['arm64', 'x64'].filter((processor) => processor !== process.arch).map((processor) => `*/${processor}`),
].map((folder) => `!node_modules/onnxruntime-node/bin/*/${folder}/**`);

/** A dependency of umap-js asks for its own bundler. */
const unused = ['!node_modules/@rollup/**', '!node_modules/rollup/**'];

export const packaging: Configuration = {
  appId: 'org.pretext.workbench',
  productName: 'Pretext',
  directories: { output: 'dist', buildResources: 'resources' },
  files: [
    'out/**',
    'package.json',
    'LICENSE',
    '!**/*.map',
    '!out/native/.*',
    '!node_modules/@libsql/*-musl/**',
    ...unused,
    ...foreignEngines,
  ],
  asar: true,
  // Shared libraries are opened by the operating system's loader, which cannot look into the archive.
  asarUnpack: ['**/*.{node,so,so.*,dll,dylib}'],
  npmRebuild: false,
  // What a hospital's computer must not be able to make of the program: a Node.js, a debugger's target, other code.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  electronLanguages: ['en-US'],
  linux: { target: ['AppImage', 'deb'], category: 'Science', icon: 'resources/icon.png' },
  win: { target: ['nsis'], icon: 'resources/icon.png' },
  mac: { target: ['dmg'], category: 'public.app-category.medical', icon: 'resources/icon.png' },
};
