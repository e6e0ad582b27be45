import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import { z } from 'zod';
import type { WindowChanges, WindowMemory } from '#shared/ipc/window-memory.ts';
import { APP_ENTRY } from './app-scheme.ts';
import type { SettingsFile } from './settings-file.ts';
import { guardContents } from './window-guard.ts';
import type { WindowMemories } from './window-memory.ts';

const Bounds = z
  .string()
  .regex(/^-?\d+,-?\d+,\d+,\d+$/)
  .transform((text) => text.split(',').map(Number));

/** Another window does not lie exactly over the one before. */
const CASCADE_PX = 28;

export interface Windows {
  /**
   * Opens a window on the app's page: sandboxed, isolated, without Node, where the person left it.
   * @param hash which view it shows; empty: the one where the person was
   */
  open(hash: string): void;
  /** Opens those that were open when the program ended; the first one on a view, if one is named. */
  openThoseBefore(hash: string): void;
  /** The window that has the focus, or had it last; of windows that never had it the newest. */
  lastUsed(): BrowserWindow | undefined;
  memoryOf(contents: WebContents): WindowMemory;
  remember(contents: WebContents, changes: WindowChanges): void;
  /** The program ends: windows that close now are opened again next time. */
  ending(): void;
}

/** Every window of the program, each with a memory of its own. */
export function createWindows(preload: string, settings: SettingsFile, memories: WindowMemories): Windows {
  const places = new Map<number, number | null>();
  let ending = false;
  /** The one that was used last at the end. */
  let inUse: readonly BrowserWindow[] = [];

  const open = (hash: string): void => {
    const place = memories.take();
    const window = new BrowserWindow({
      ...bounds(memories.get(place).bounds, settings, BrowserWindow.getAllWindows().length),
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
        v8CacheOptions: 'bypassHeatCheck',
        zoomFactor: settings.get().zoom,
      },
    });
    places.set(window.webContents.id, place);
    memories.put(place, { open: true });
    guardContents(window.webContents);
    window.once('ready-to-show', () => {
      window.webContents.setZoomFactor(settings.get().zoom);
      window.show();
    });
    const { id } = window.webContents;
    const others = (): readonly BrowserWindow[] => inUse.filter((other) => other !== window);
    inUse = [...inUse, window];
    window.on('focus', () => {
      inUse = [...others(), window];
    });
    window.on('close', () => {
      const isLast = others().length === 0;
      memories.put(place, { bounds: boundsText(window.getNormalBounds()), open: ending || isLast });
    });
    window.on('closed', () => {
      inUse = others();
      places.delete(id);
      memories.free(place);
    });
    void window.loadURL(`${APP_ENTRY}${hash}`);
  };
  const placeOf = (contents: WebContents): number | null => places.get(contents.id) ?? null;
  return {
    open,
    openThoseBefore: (hash) => {
      for (const [index] of memories.openBefore.entries()) open(index === 0 ? hash : '');
    },
    lastUsed: () => inUse.at(-1),
    memoryOf: (contents) => memories.get(placeOf(contents)),
    remember: (contents, changes) => {
      memories.put(placeOf(contents), changes);
    },
    ending: () => {
      ending = true;
      for (const window of BrowserWindow.getAllWindows()) {
        memories.put(placeOf(window.webContents), {
          bounds: boundsText(window.getNormalBounds()),
          open: true,
        });
      }
    },
  };
}

function boundsText({ x, y, width, height }: Electron.Rectangle): string {
  return [x, y, width, height].join(',');
}

interface Place {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
}

/** The remembered place, where a screen still shows it; a window that remembers none takes that of the first, moved. */
function bounds(own: string | undefined, settings: SettingsFile, others: number): Place {
  const usual = screen.getPrimaryDisplay().workAreaSize;
  const fallback = { width: Math.min(1440, usual.width), height: Math.min(900, usual.height) };
  const parsed = Bounds.safeParse(own ?? settings.get().layout['window']);
  if (!parsed.success) return fallback;
  const [x, y, width, height] = parsed.data as [number, number, number, number];
  const visible = screen.getAllDisplays().some(({ workArea: area }) => {
    const acrossX = x < area.x + area.width && x + width > area.x;
    return acrossX && y >= area.y - 10 && y < area.y + area.height;
  });
  if (!visible) return fallback;
  const moved = own === undefined ? others * CASCADE_PX : 0;
  return { x: x + moved, y: y + moved, width, height };
}
