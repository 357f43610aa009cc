/** @file The menu: what the platform expects, and nothing that a sandboxed program should not offer. */

import { Menu, type MenuItemConstructorOptions } from 'electron';

/** macOS needs a menu for copy, paste and quit; elsewhere the window has its own controls. */
export function setMenu(): void {
  const edit: MenuItemConstructorOptions = { role: 'editMenu' };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
  };
  const own: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  Menu.setApplicationMenu(Menu.buildFromTemplate([...own, edit, view, { role: 'windowMenu' }]));
}
