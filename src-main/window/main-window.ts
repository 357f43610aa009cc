/** @file The window itself: how it is made, where it stood, and that closing it loses no work. */

import { join } from 'node:path';
import { app, BrowserWindow, dialog, screen } from 'electron';
import { ORIGIN } from './policy.js';
import { keepWindowBounds, type WindowBounds, windowBounds } from './preferences.js';
import type { Workbench } from './workbench.js';

/** How long jobs may take to write their checkpoint when the program is closed. */
const PATIENCE_MS = 60_000;

/** A page that crashes again this soon would crash forever. */
const CRASH_LOOP_MS = 3000;

/** Where the window stood last, where that is still on a screen. */
function place(): Partial<WindowBounds> {
  const kept = windowBounds();
  if (kept === null) return {};
  const visible = screen.getAllDisplays().some(({ workArea }) => {
    const overlapX = Math.min(kept.x + kept.width, workArea.x + workArea.width) - Math.max(kept.x, workArea.x);
    const overlapY = Math.min(kept.y + kept.height, workArea.y + workArea.height) - Math.max(kept.y, workArea.y);
    return overlapX > 100 && overlapY > 100;
  });
  return visible ? kept : { width: kept.width, height: kept.height, maximized: kept.maximized };
}

function keepPlace(window: BrowserWindow): void {
  const { x, y, width, height } = window.getNormalBounds();
  keepWindowBounds({ x, y, width, height, maximized: window.isMaximized() });
}

/** Asks before jobs are stopped; true where the user agrees. */
async function mayStop(window: BrowserWindow, count: number): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: count === 1 ? 'A job is still running.' : `${count} jobs are still running.`,
    detail: 'Pretext can stop here: training leaves a checkpoint, and everything done so far is kept. Resume it later.',
    buttons: ['Finish the checkpoint and quit', 'Keep working'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

export function openWindow(workbench: Workbench): BrowserWindow {
  const { maximized, ...bounds } = place();
  const window = new BrowserWindow({
    width: 1320,
    height: 860,
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    title: app.getName(),
    backgroundColor: '#14181d',
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'preload.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      disableBlinkFeatures: 'Auxclick',
    },
  });
  window.once('ready-to-show', () => {
    if (maximized === true) window.maximize();
    window.show();
  });
  workbench.jobs.closing = false;
  let leaving = false;
  let quitting = false;
  app.once('before-quit', () => {
    quitting = true;
  });
  window.on('close', (event) => {
    keepPlace(window);
    if (leaving || workbench.jobs.live.length === 0) {
      // The page still lives for a moment, and what it asks for now would be killed half done.
      workbench.jobs.closing = true;
      return;
    }
    event.preventDefault();
    leaving = true;
    void (async () => {
      if (!(await mayStop(window, workbench.jobs.live.length))) {
        leaving = false;
        return;
      }
      await workbench.jobs.stopAll(PATIENCE_MS);
      if (quitting) app.quit();
      else window.close();
    })();
  });
  // The page's process can crash alone; project and jobs live on here, and a fresh page shows them again.
  let lastCrash = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const again = Date.now() - lastCrash < CRASH_LOOP_MS;
    lastCrash = Date.now();
    if (reason === 'clean-exit' || again || window.isDestroyed()) return;
    window.webContents.reload();
  });
  void window.loadURL(`${ORIGIN}/index.html`);
  return window;
}
