import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { BrowserWindow, dialog, session, type WebContents } from 'electron';

const KINDS: Readonly<Record<string, string>> = {
  csv: 'CSV',
  json: 'JSON',
  html: 'HTML',
  pdf: 'PDF',
};

/** Asks where a file goes. Null when the person thinks better of it. */
async function askWhere(sender: WebContents, name: string): Promise<string | null> {
  const extension = extname(name).slice(1);
  const options: Electron.SaveDialogOptions = {
    title: `Save ${name}`,
    // A name from a window is a name and no path.
    defaultPath: basename(name),
    filters: [{ name: KINDS[extension] ?? extension, extensions: [extension] }],
  };
  const parent = BrowserWindow.fromWebContents(sender);
  const chosen = await (parent === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(parent, options));
  return chosen.canceled || chosen.filePath === '' ? null : chosen.filePath;
}

function write(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** Saves a text where the person says; answers the path, or null. */
export async function saveText(sender: WebContents, name: string, text: string): Promise<string | null> {
  const file = await askWhere(sender, name);
  if (file === null) return null;
  write(file, text);
  return file;
}

/** Prints a page that stands by itself to a PDF where the person says; answers the path, or null. */
export async function savePdf(sender: WebContents, name: string, html: string): Promise<string | null> {
  const file = await askWhere(sender, name);
  if (file === null) return null;
  write(file, await printToPdf(html));
  return file;
}

/** A hidden window without scripts, without network, without anything of ours; it prints one page and goes. */
async function printToPdf(html: string): Promise<Uint8Array> {
  const source = join(tmpdir(), `watchfloor-report-${randomUUID()}.html`);
  const alone = session.fromPartition(`report-${randomUUID()}`, { cache: false });
  alone.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !details.url.startsWith('file:') });
  });
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, javascript: false, session: alone },
  });
  try {
    writeFileSync(source, html, { mode: 0o600 });
    await window.loadFile(source);
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      margins: { top: 0.6, bottom: 0.6, left: 0.6, right: 0.6 },
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate:
        '<div style="font-size:8px;width:100%;text-align:center"><span class="pageNumber"></span> / <span class="totalPages"></span></div>',
    });
  } finally {
    window.destroy();
    rmSync(source, { force: true });
  }
}

const MOST_BYTES = 4 * 1024 * 1024;

/** Opens a small text file that the person picks. Null when cancelled. */
export async function openText(
  sender: WebContents,
  title: string,
): Promise<{ readonly name: string; readonly text: string } | null> {
  const options: Electron.OpenDialogOptions = { title, properties: ['openFile'] };
  const parent = BrowserWindow.fromWebContents(sender);
  const chosen = await (parent === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(parent, options));
  const file = chosen.filePaths[0];
  if (chosen.canceled || file === undefined) return null;
  if (statSync(file).size > MOST_BYTES) throw new Error(`${basename(file)} is larger than 4 MB.`);
  return { name: basename(file), text: readFileSync(file, 'utf8') };
}
