/** @file Electron's entry: life cycle, windows, security policy, nothing else. */

import { join } from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import { applyTheme } from './window/app.js';
import { answerCalls } from './window/calls.js';
import { openWindow } from './window/main-window.js';
import { setMenu } from './window/menu.js';
import { heatmapRoute, seenRoute } from './window/model-pictures.js';
import { enforcePolicy } from './window/policy.js';
import { previewRoute } from './window/runs.js';
import { declareScheme, serveScheme } from './window/scheme.js';
import { Workbench } from './window/workbench.js';

// Started without Chromium's sandbox (as root it has to be), Electron's child processes would refuse to start.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
declareScheme();

function start(): void {
  const workbench = new Workbench();
  applyTheme();
  setMenu();
  enforcePolicy(session.defaultSession);
  serveScheme(session.defaultSession, join(app.getAppPath(), 'out', 'renderer'), {
    preview: previewRoute(workbench),
    heatmap: heatmapRoute(workbench),
    seen: seenRoute(workbench),
  });
  answerCalls(workbench);
  // The project is opened while the window's process starts; the window's first call comes after both.
  openWindow(workbench);
  workbench.reopen();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(workbench);
  });
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('will-quit', () => workbench.leave());
}

// One program for each user: a second start brings the first one's window to the front.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start);
else app.quit();

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
