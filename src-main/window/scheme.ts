/** @file The `app://pretext/` scheme: the window's files, read from the program's folder, with their policy. */

import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { CONTENT_SECURITY_POLICY, isOwnUrl } from './policy.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Must be called before Electron is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

function refusal(status: 403 | 404): Response {
  return new Response(null, { status, headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY } });
}

/** The file under `folder` that a URL of the scheme names, or null where it is not one of ours. */
function fileOf(url: string, folder: string): { path: string; type: string } | null {
  if (!isOwnUrl(url)) return null;
  const path = normalize(join(folder, decodeURIComponent(new URL(url).pathname)));
  const type = TYPES[extname(path)];
  return type !== undefined && path.startsWith(folder + sep) ? { path, type } : null;
}

export function serveScheme(session: Session, folder: string): void {
  session.protocol.handle('app', async (request) => {
    const file = fileOf(request.url, folder);
    if (file === null || request.method !== 'GET') return refusal(403);
    try {
      return new Response(await readFile(file.path), {
        headers: {
          'Content-Type': file.type,
          'Content-Security-Policy': CONTENT_SECURITY_POLICY,
          'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'no-store',
        },
      });
    } catch {
      return refusal(404);
    }
  });
}
