import { userInfo } from 'node:os';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  session,
} from 'electron';
import { MAIN_EVENT_CHANNEL } from '#shared/ipc/main-channels.ts';
import { MAIN_METHODS, type MainEvent, type Settings } from '#shared/ipc/main-contract.ts';
import { registerAppScheme, serveApp } from './app-scheme.ts';
import { readConnectionFile } from './connection-file.ts';
import { hasBadLink, LINK_SCHEME, linkAmong } from './deep-link.ts';
import { createDemoAgents } from './demo-agents.ts';
import { createEngineHost } from './engine-host.ts';
import { giveBackAtRest } from './give-back.ts';
import { openLog } from './log-file.ts';
import { nextZoom, noMenuYet, setMenu } from './menu.ts';
import { useProfile } from './profile.ts';
import { openText, savePdf, saveText } from './save-file.ts';
import { openSecrets } from './secrets-file.ts';
import { serveCalls } from './serve-calls.ts';
import { openSettings } from './settings-file.ts';
import { createDesktop } from './desktop.ts';
import { createDragFiles } from './drag-file.ts';
import { openWindowMemories } from './window-memory.ts';
import { createWindows } from './window.ts';
import { guardSession } from './window-guard.ts';

// Everything that must be settled before the app is ready happens in this first, synchronous turn.
registerAppScheme(protocol);
const profile = useProfile(app, process.argv, process.env);
const here = import.meta.dirname;
const log = openLog(profile);
noMenuYet();

// Nobody asked for a network call: no component updates, no DNS prefetch, no crash reports.
app.commandLine.appendSwitch('disable-background-networking');
app.commandLine.appendSwitch('disable-component-update');
app.commandLine.appendSwitch('no-pings');
app.commandLine.appendSwitch('dns-prefetch-disable');
// The window loads nothing from any network, and on Linux Chromium's process for that has no sandbox of its own
// (docs/decisions/0011-memory-at-rest.md).
if (process.platform === 'linux') app.commandLine.appendSwitch('enable-features', 'NetworkServiceInProcess2');
// Of a window: what is new dies young here, and room for it that has grown with the start is not given back.
app.commandLine.appendSwitch('js-flags', '--max-semi-space-size=2');
// Fields for dates show 24 hours and day before month, as every other time in the window does.
app.commandLine.appendSwitch('lang', 'en-GB');

if (app.requestSingleInstanceLock()) {
  app.whenReady().then(run, (error: unknown) => {
    log.error('the application could not start', { problem: String(error) });
    app.exit(1);
  });
} else {
  process.stderr.write('Watchfloor already runs on this profile; its window was brought to the front.\n');
  app.exit(0);
}

/** The system's name for who runs this; not every system has one. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function run(): void {
  const tell = (event: MainEvent) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(MAIN_EVENT_CHANNEL, event);
  };
  const engine = createEngineHost({
    module: join(here, 'engine.cjs'),
    readerModule: join(here, 'reader.js'),
    profile,
    version: app.getVersion(),
    operatorName: () => settings.get().operatorName,
    systemUser: systemUser(),
    secrets: () => secrets,
    systemProxy: (url) => session.defaultSession.resolveProxy(url),
    log,
    onState: (state) => {
      tell({ type: 'engine', state });
    },
    onDetections: (found, newest) => {
      desktop.detections(found, newest);
    },
  });
  // First of all: it loads while everything else does.
  engine.start();
  const settings = openSettings(join(profile, 'settings.json'), log);
  nativeTheme.themeSource = settings.get().theme;
  guardSession(session.defaultSession);
  serveApp(protocol, join(here, '..', 'renderer'));
  const windows = createWindows(
    join(here, '..', 'preload', 'preload.cjs'),
    settings,
    openWindowMemories(join(profile, 'windows.json'), log),
  );
  /** Shows an address of the window's own, in the window that was used last. */
  const go = (hash: string | null) => {
    const window = windows.lastUsed();
    if (window === undefined) {
      windows.open(hash ?? '');
      return;
    }
    if (hash !== null) {
      window.webContents.send(MAIN_EVENT_CHANNEL, { type: 'open', hash } satisfies MainEvent);
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  const newWindow = () => {
    windows.open('');
  };
  // A window that gets its menu later is laid out twice.
  setMenu({
    newWindow,
    go,
    over: (what) => {
      const window = windows.lastUsed();
      window?.webContents.send(MAIN_EVENT_CHANNEL, { type: 'over', over: what } satisfies MainEvent);
    },
    zoom: (change) => {
      const before = settings.get();
      apply(before, settings.put({ zoom: nextZoom(before.zoom, change) }));
    },
  });
  // All that stands between the start of the program and its window has been done; the window asks for nothing in this turn.
  windows.openThoseBefore(linkAmong(process.argv) ?? '');
  const secrets = openSecrets(join(profile, 'secrets.json'), safeStorage, log);
  const demo = createDemoAgents({
    module: join(here, 'agent.js'),
    profile,
    log,
    onEnvironments: (environments) => {
      engine.setDemo(environments);
    },
    onState: (state) => {
      tell({ type: 'demo', demo: state });
    },
  });
  /** Shows what a link among these leads to; a link that leads nowhere says so in the window. */
  const follow = (argv: readonly string[]) => {
    go(linkAmong(argv));
    if (hasBadLink(argv)) {
      windows.lastUsed()?.webContents.send(MAIN_EVENT_CHANNEL, { type: 'bad-link' } satisfies MainEvent);
    }
  };
  const desktop = createDesktop({ settings: () => settings.get(), go, newWindow, log });
  const dragged = createDragFiles(join(profile, 'dragged'));
  dragged.clean();

  const apply = (before: Settings, after: Settings) => {
    nativeTheme.themeSource = after.theme;
    if (before.zoom !== after.zoom) {
      for (const window of BrowserWindow.getAllWindows()) window.webContents.setZoomFactor(after.zoom);
    }
    if (before.operatorName !== after.operatorName) engine.setOperator(after.operatorName);
    if (before.demo && !after.demo) void demo.stop();
    if (!before.demo && after.demo) demo.start();
    desktop.settingsChanged();
    tell({ type: 'settings', settings: after });
  };

  serveCalls(
    ipcMain,
    MAIN_METHODS,
    (event) => ({
      'window.start': () => {
        engine.connect(event.sender);
        return Promise.resolve({
          info: {
            version: app.getVersion(),
            electron: process.versions.electron,
            chromium: process.versions.chrome,
            platform: process.platform,
            profile,
            supported: Number.parseInt(process.versions.electron, 10) >= 43,
          },
          settings: settings.get(),
          memory: windows.memoryOf(event.sender),
          demo: demo.state(),
          engine: engine.state(),
        });
      },
      'settings.put': (changes) => {
        const before = settings.get();
        const after = settings.put(changes);
        apply(before, after);
        const { layout: _layout, zoom: _zoom, ...said } = changes;
        if (Object.keys(said).length > 0)
          engine.acted('settings-changed', { settings: JSON.stringify(said) });
        return Promise.resolve(after);
      },
      'connection-file.open': async () => {
        const parent = BrowserWindow.fromWebContents(event.sender);
        const options: Electron.OpenDialogOptions = {
          title: 'Open a connection file',
          properties: ['openFile'],
          filters: [{ name: 'Connection file', extensions: ['json'] }],
        };
        const chosen = await (parent === null
          ? dialog.showOpenDialog(options)
          : dialog.showOpenDialog(parent, options));
        const file = chosen.filePaths[0];
        return chosen.canceled || file === undefined ? null : readConnectionFile(file);
      },
      'file.save': ({ name, text }) => saveText(event.sender, name, text),
      'file.savePdf': ({ name, html }) => savePdf(event.sender, name, html),
      'file.openText': ({ title }) => openText(event.sender, title),
      'window.remember': (changes) => {
        windows.remember(event.sender, changes);
        return Promise.resolve(null);
      },
      'window.new': ({ hash }) => {
        windows.open(hash);
        return Promise.resolve(null);
      },
      'file.drag': ({ name, text }) => {
        dragged.drag(event.sender, name, text);
        return Promise.resolve(null);
      },
      'mirror.unlock': ({ passphrase, remember }) => {
        engine.unlock(passphrase, remember);
        return Promise.resolve(null);
      },
      'demo.set': ({ name, running }) => demo.set(name, running),
    }),
    log,
  );

  // From a checkout the system would be told to start Electron itself.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  app.on('second-instance', (_event, argv) => {
    follow(argv);
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    follow([link]);
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) newWindow();
  });
  app.on('window-all-closed', () => {
    if (!desktop.staysWithoutWindow()) app.quit();
  });
  powerMonitor.on('resume', () => {
    engine.resume();
  });
  app.on('before-quit', () => {
    windows.ending();
  });
  stopBeforeQuit(() => {
    dragged.clean();
    return Promise.all([engine.stop(), demo.stop()]);
  });

  if (settings.get().demo) demo.start();
  desktop.settingsChanged();
  giveBackAtRest();
}

/** Quitting waits until the engine has closed its database and the demo agents are gone. */
function stopBeforeQuit(stop: () => Promise<unknown>): void {
  let stopping = false;
  app.on('before-quit', (event) => {
    if (stopping) return;
    stopping = true;
    event.preventDefault();
    stop()
      .catch((error: unknown) => {
        log.error('stopping failed', { problem: String(error) });
      })
      .finally(() => {
        app.exit(0);
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      app.quit();
    });
  }
}
