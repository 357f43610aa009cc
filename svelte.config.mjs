/** @file Svelte's compiler: TypeScript in components, styles in files of their own (the window's CSP allows no inline style). */

import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true, css: 'external' },
};
