/** @file Saves a report: the HTML itself, or the same page printed as PDF in a window that nobody sees. */

import { BrowserWindow, session } from 'electron';
import { PretextError } from '../base/errors.js';
import { writeFileAtomic } from '../base/files.js';

/** A printed page that has not come by then never will. */
const PATIENCE_MS = 60_000;
const PAGE = 'app://pretext/report.html';

/**
 * Prints a page of its own text alone: a sandboxed window without preload, in a session that answers for this one
 * address and refuses every other. The page's own policy allows no script.
 */
async function printPage(html: string): Promise<Uint8Array> {
  // In memory and of this print alone, so that two reports at a time do not get each other's text.
  const printing = session.fromPartition(`report-${Date.now()}-${Math.random()}`);
  printing.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  printing.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: url !== PAGE && !url.startsWith('data:') }),
  );
  printing.protocol.handle(
    'app',
    () => new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } }),
  );
  const window = new BrowserWindow({
    show: false,
    width: 800,
    height: 1100,
    webPreferences: { session: printing, sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const remedy = 'Save it as HTML and print that from a browser.';
      reject(new PretextError({ code: 'internal', message: 'Printing the report took too long.', remedy }));
    }, PATIENCE_MS);
  });
  try {
    await Promise.race([window.loadURL(PAGE), tooLong]);
    const print = window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      preferCSSPageSize: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate:
        '<div style="width:100%;padding:0 14mm;font:7.5px sans-serif;color:#555;text-align:right">' +
        '<span class="pageNumber"></span> / <span class="totalPages"></span></div>',
    });
    return await Promise.race([print, tooLong]);
  } finally {
    clearTimeout(timer);
    window.destroy();
    printing.protocol.unhandle('app');
  }
}

/** @throws PretextError `disk-full`, `unreadable`. @returns bytes written */
export async function saveReport(html: string, path: string, format: 'html' | 'pdf'): Promise<number> {
  const file = format === 'html' ? Buffer.from(html) : await printPage(html);
  writeFileAtomic(path, [file]);
  return file.byteLength;
}
