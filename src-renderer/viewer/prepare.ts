/** @file Starts cornerstone3D once, and keeps the rendering engine that all viewers of the window share. */

import {
  Enums,
  eventTarget,
  getShouldUseCPURendering,
  init,
  RenderingEngine,
  Settings,
  setUseCPURendering,
} from '@cornerstonejs/core';
import { annotation, init as initTools } from '@cornerstonejs/tools';
import { dropFrames, provideFrames } from './frames.js';
import { registerTools } from './toolbox.js';

/** Without text: cornerstone3D styles it inline, which the window's policy refuses; the viewer writes lengths itself. */
const LENGTH_STYLE = {
  color: '#ffd866',
  colorHighlighted: '#fff1b8',
  colorSelected: '#ffd866',
  lineWidth: '1.5',
  shadow: false,
  textBoxVisibility: false,
};

/** How long the engine, and with it the WebGL context, outlives the last viewer: the next image then opens at once. */
const LINGER_MS = 10_000;

/** What a viewer holds while it is open. */
export interface Lease {
  readonly engine: RenderingEngine;
  /** Frees the viewport and everything of it. */
  release(): void;
}

interface Shared {
  readonly engine: RenderingEngine;
  /** Called when its context is lost, one for each open viewer. */
  readonly viewers: Set<() => void>;
  /** Known when the first viewer has gone. */
  context: WebGL2RenderingContext | null;
  farewell: ReturnType<typeof setTimeout> | null;
}

let started = false;
let shared: Shared | null = null;

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
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, onContextLost);
}

/** A driver that was reset or a computer that slept takes the context away: from then on the processor draws. */
function onContextLost(): void {
  if (shared === null) return;
  const { viewers } = shared;
  shared = null;
  setUseCPURendering(true, false);
  dropFrames();
  for (const onlost of [...viewers]) onlost();
}

/**
 * The engine, for a viewer that opens.
 *
 * @param onlost called when the viewer has to be made anew.
 */
export function takeEngine(viewportId: string, onlost: () => void): Lease {
  start();
  shared ??= { engine: new RenderingEngine('pretext'), viewers: new Set(), context: null, farewell: null };
  const own = shared;
  if (own.farewell !== null) clearTimeout(own.farewell);
  own.viewers.add(onlost);
  return {
    engine: own.engine,
    release: () => {
      own.context ??= contextOf(own.engine, viewportId);
      own.engine.disableElement(viewportId);
      own.viewers.delete(onlost);
      if (own.viewers.size > 0) return;
      if (shared === own) own.farewell = setTimeout(() => destroy(own), LINGER_MS);
      else destroy(own);
    },
  };
}

function destroy(ended: Shared): void {
  if (shared === ended) shared = null;
  ended.engine.destroy();
  // Left to the garbage collector, contexts would pile up to the browser's limit of 16.
  ended.context?.getExtension('WEBGL_lose_context')?.loseContext();
}

/** The context that draws a viewport; null where the processor draws. */
function contextOf(engine: RenderingEngine, viewportId: string): WebGL2RenderingContext | null {
  if (getShouldUseCPURendering()) return null;
  return engine.getOffscreenMultiRenderWindow(viewportId).getOpenGLRenderWindow().getContext();
}
