/** @file Starts cornerstone3D once, and keeps the one rendering engine that all viewers of the window share. */

import { init, RenderingEngine, Settings } from '@cornerstonejs/core';
import { annotation, init as initTools } from '@cornerstonejs/tools';
import { provideFrames } from './frames.js';
import { registerTools } from './toolbox.js';

/** How long the engine, and with it the WebGL context, outlives the last viewer: opening the next image is then quick. */
const LINGER_MS = 10_000;

/** Without text: cornerstone3D styles it inline, which the window's policy refuses; the viewer writes lengths itself. */
const LENGTH_STYLE = {
  color: '#ffd866',
  colorHighlighted: '#fff1b8',
  colorSelected: '#ffd866',
  lineWidth: '1.5',
  shadow: false,
  textBoxVisibility: false,
};

let started = false;
let engine: RenderingEngine | null = null;
let users = 0;
let farewell: ReturnType<typeof setTimeout> | null = null;

function start(): void {
  if (started) return;
  started = true;
  // One context draws every viewer; by default seven are made at once.
  init({ rendering: { webGlContextCount: 1 } } as Parameters<typeof init>[0]);
  // Its cursors are pictures at blob addresses, which the window's policy refuses.
  Settings.getRuntimeSettings().set('useCursors', false);
  initTools();
  const styles = annotation.config.style.getDefaultToolStyles();
  annotation.config.style.setDefaultToolStyles({ ...styles, global: { ...styles.global, ...LENGTH_STYLE } });
  provideFrames();
  registerTools();
}

/** The engine, for a viewer that opens; it gives it back with `releaseEngine`. */
export function takeEngine(): RenderingEngine {
  start();
  if (farewell !== null) clearTimeout(farewell);
  farewell = null;
  users++;
  engine ??= new RenderingEngine('pretext');
  return engine;
}

export function releaseEngine(): void {
  users--;
  if (users > 0) return;
  farewell = setTimeout(() => {
    engine?.destroy();
    engine = null;
  }, LINGER_MS);
}
