/** @file Answers calls about the program itself: devices, preferences, the system's dialogs. */

import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { app, BrowserWindow, clipboard, dialog, nativeTheme, shell } from 'electron';
import { PretextError } from '../base/errors.js';
import type { AppInfo, appCalls, Preferences } from '../contract/app.js';
import { containerOf } from '../dicom/address.js';
import { devices } from './devices.js';
import type { Handlers } from './handlers.js';
import { getPreferences, setPreferences } from './preferences.js';

function platform(): AppInfo['platform'] {
  const { platform: name } = process;
  return name === 'linux' || name === 'win32' || name === 'darwin' ? name : 'other';
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/** Preferences with an author to begin with: the name of the account. */
export function preferences(): Preferences {
  const kept = getPreferences();
  return kept.author === '' ? { ...kept, author: accountName() } : kept;
}

export function applyTheme(): void {
  nativeTheme.themeSource = getPreferences().theme;
}

function frontWindow(): BrowserWindow {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  if (window === undefined) throw new PretextError({ code: 'internal', message: 'There is no window.' });
  return window;
}

export function answerApp(): Handlers<keyof typeof appCalls> {
  return {
    'app:info': () => ({
      name: app.getName(),
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      platform: platform(),
      user: accountName(),
    }),
    'app:devices': ({ again }) => devices(again),
    'app:preferences': () => preferences(),
    'app:setPreferences': (wanted) => {
      setPreferences(wanted);
      applyTheme();
      return preferences();
    },
    'app:chooseFolders': async ({ title, many }) => {
      const chosen = await dialog.showOpenDialog(frontWindow(), {
        title,
        properties: ['openDirectory', 'createDirectory', ...(many ? (['multiSelections'] as const) : [])],
      });
      return chosen.filePaths;
    },
    'app:chooseFile': async ({ title, extensions }) => {
      const chosen = await dialog.showOpenDialog(frontWindow(), {
        title,
        properties: ['openFile'],
        filters: [{ name: extensions.map((extension) => `.${extension}`).join(', '), extensions }],
      });
      return chosen.filePaths[0] ?? null;
    },
    'app:chooseTarget': async ({ title, name }) => {
      const chosen = await dialog.showSaveDialog(frontWindow(), { title, defaultPath: name });
      return chosen.canceled || chosen.filePath === undefined || chosen.filePath === '' ? null : chosen.filePath;
    },
    'app:showFile': ({ path }) => {
      const file = containerOf(path);
      if (!existsSync(file)) throw new PretextError({ code: 'unreadable', message: 'No such file.', path });
      shell.showItemInFolder(file);
      return null;
    },
    'app:copyText': ({ text }) => {
      clipboard.writeText(text);
      return null;
    },
  };
}
