/** @file What a window may do: show the program's own files, and nothing else. */

import { app, type Session, type WebContents } from 'electron';

/** The window's own origin; see `scheme.ts`. */
export const ORIGIN = 'app://pretext';

/**
 * Sent with every file of the window. Scripts and styles come from the program's files only, none inline; there is
 * no network, no frame, no form; strings become HTML through Svelte's policy alone.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

export function isOwnUrl(url: string): boolean {
  return url === ORIGIN || url.startsWith(`${ORIGIN}/`);
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  const refuseForeign = (event: Electron.Event, url: string) => {
    if (!isOwnUrl(url)) event.preventDefault();
  };
  contents.on('will-navigate', refuseForeign);
  contents.on('will-redirect', refuseForeign);
}

/** Denies new windows, web views, foreign pages, permissions and any request outside the program's files. */
export function enforcePolicy(session: Session): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isOwnUrl(details.url) && !details.url.startsWith('devtools:') });
  });
}
