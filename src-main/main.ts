/** @file Electron's entry: life cycle, window, security policy, nothing else. */

import { join } from 'node:path';
import { app, BrowserWindow, Menu, session } from 'electron';
import { answerCalls } from './window/calls.js';
import { enforcePolicy, ORIGIN } from './window/policy.js';
import { declareScheme, serveScheme } from './window/scheme.js';

function openWindow(): void {
  const window = new BrowserWindow({
    width: 1180,
    height: 780,
    minWidth: 760,
    minHeight: 560,
    show: false,
    title: app.getName(),
    backgroundColor: '#14181d',
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'preload.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${ORIGIN}/index.html`);
}

// Started without Chromium's sandbox (as root it has to be), Electron's child processes would refuse to start.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
declareScheme();
void app.whenReady().then(() => {
  // The default menu offers reload, zoom and developer tools; macOS needs a menu for copy, paste and quit.
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  enforcePolicy(session.defaultSession);
  serveScheme(session.defaultSession, join(app.getAppPath(), 'out', 'renderer'));
  answerCalls();
  openWindow();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
});

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
