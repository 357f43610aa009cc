/**
 * @file The `app://pretext/` scheme: the window's files, read from the program's folder, and below `data/` what the
 * open project has to show (pictures). Everything comes with the window's policy.
 */

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

export interface Served {
  type: 'image/bmp' | 'image/png';
  body: Uint8Array<ArrayBuffer>;
}

/** Answers `data/NAME/PARTS...`; null where there is no such thing. */
export type Route = (parts: readonly string[]) => Served | null | Promise<Served | null>;

/** Must be called before Electron is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

function answer(status: 200 | 403 | 404, body: Uint8Array<ArrayBuffer> | null, type: string | null): Response {
  const headers = {
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(type === null ? {} : { 'Content-Type': type }),
  };
  return new Response(body, { status, headers });
}

/** The file under `folder` that a URL of the scheme names, or null where it is not one of ours. */
function fileOf(path: string, folder: string): { path: string; type: string } | null {
  const file = normalize(join(folder, path));
  const type = TYPES[extname(file)];
  return type !== undefined && file.startsWith(folder + sep) ? { path: file, type } : null;
}

async function serveRoute(path: string, routes: Readonly<Record<string, Route>>): Promise<Response> {
  const [name = '', ...parts] = path.split('/').slice(2);
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  const served = await route?.(parts);
  return served ? answer(200, served.body, served.type) : answer(404, null, null);
}

export function serveScheme(session: Session, folder: string, routes: Readonly<Record<string, Route>>): void {
  session.protocol.handle('app', async (request) => {
    if (!isOwnUrl(request.url) || request.method !== 'GET') return answer(403, null, null);
    try {
      const path = decodeURIComponent(new URL(request.url).pathname);
      if (path.startsWith('/data/')) return await serveRoute(path, routes);
      const file = fileOf(path, folder);
      if (file === null) return answer(403, null, null);
      return answer(200, new Uint8Array(await readFile(file.path)), file.type);
    } catch {
      return answer(404, null, null);
    }
  });
}
