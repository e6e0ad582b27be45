import { BrowserWindow, nativeTheme, screen } from 'electron';
import { z } from 'zod';
import { APP_ENTRY } from './app-scheme.ts';
import type { SettingsFile } from './settings-file.ts';
import { guardContents } from './window-guard.ts';

const Bounds = z
  .string()
  .regex(/^-?\d+,-?\d+,\d+,\d+$/)
  .transform((text) => text.split(',').map(Number));

/** Another window does not lie exactly over the one before. */
const CASCADE_PX = 28;

/**
 * Opens a window on the app's page: sandboxed, isolated, without Node, where the person left it.
 * @param hash which view it shows; empty: the one where the person was
 */
export function openWindow(preload: string, settings: SettingsFile, hash: string): BrowserWindow {
  const window = new BrowserWindow({
    ...cascaded(bounds(settings), BrowserWindow.getAllWindows().length),
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Watchfloor',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0c1015' : '#eef1f4',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      zoomFactor: settings.get().zoom,
    },
  });
  guardContents(window.webContents);
  window.once('ready-to-show', () => {
    window.webContents.setZoomFactor(settings.get().zoom);
    window.show();
  });
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    settings.put({ layout: { ...settings.get().layout, window: [x, y, width, height].join(',') } });
  });
  void window.loadURL(`${APP_ENTRY}${hash}`);
  return window;
}

const cascaded = (place: ReturnType<typeof bounds>, others: number): ReturnType<typeof bounds> =>
  place.x === undefined || place.y === undefined
    ? place
    : { ...place, x: place.x + others * CASCADE_PX, y: place.y + others * CASCADE_PX };

/** The remembered place, where a screen still shows it. */
function bounds(settings: SettingsFile): { x?: number; y?: number; width: number; height: number } {
  const usual = screen.getPrimaryDisplay().workAreaSize;
  const fallback = { width: Math.min(1440, usual.width), height: Math.min(900, usual.height) };
  const parsed = Bounds.safeParse(settings.get().layout['window']);
  if (!parsed.success) return fallback;
  const [x, y, width, height] = parsed.data as [number, number, number, number];
  const visible = screen.getAllDisplays().some(({ workArea: area }) => {
    const acrossX = x < area.x + area.width && x + width > area.x;
    return acrossX && y >= area.y - 10 && y < area.y + area.height;
  });
  return visible ? { x, y, width, height } : fallback;
}
