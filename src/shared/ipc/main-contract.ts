import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Problem } from '../domain/result.ts';
import type { ConnectionFile } from '../protocol/connection-file.ts';
import { method, type FrameToEngine } from './contract.ts';
import type { MainMethodName } from './main-channels.ts';
import { GROUPINGS } from './session-groupings.ts';
import { SESSION_SORTS } from './session-sorts.ts';
import { WindowChanges, type WindowMemory } from './window-memory.ts';

const THEMES = ['system', 'dark', 'light'] as const;

/** A search that was kept under a name. */
const SavedView = z.strictObject({
  name: z.string().trim().min(1).max(80),
  /** Where it is opened. A page is kept by its address, `#/view/part`, which stands in `search`. */
  table: z.enum(['sessions', 'audit', 'page']),
  search: z.string().max(4_096),
  /** Which sessions beside the search: live, ended or all. */
  state: z.enum(['live', 'ended', 'all']).optional(),
  /** Only these environments. */
  connections: z.array(z.string().min(1).max(256)).max(100).optional(),
  group: z.enum(GROUPINGS).nullable().optional(),
  /** What a list of sessions was narrowed to from its menu: a text that occurs in it, one account. */
  text: z.string().max(256).optional(),
  account: z
    .strictObject({ connection: ConnectionId, id: AccountId, name: z.string().max(LIMITS.id) })
    .optional(),
  sort: z.strictObject({ by: z.enum(SESSION_SORTS), descending: z.boolean() }).optional(),
  /** Of events: the last while, or between two instants, ms. */
  period: z
    .union([
      z.strictObject({ is: z.literal('last'), ms: z.int().min(1) }),
      z.strictObject({ is: z.literal('between'), from: z.int(), to: z.int() }),
    ])
    .optional(),
});
export type SavedView = z.infer<typeof SavedView>;

const setting = {
  theme: z.enum(THEMES),
  density: z.enum(['compact', 'comfortable']),
  timeZone: z.enum(['local', 'utc']),
  /** Mask addresses until asked for. */
  maskAddresses: z.boolean(),
  /** Start the demo agents with the console. */
  demo: z.boolean(),
  /** Which new detections are said to screen readers. */
  announceDetections: z.enum(['all', 'high', 'none']),
  /** From which severity on the system tells of new detections. */
  notifyDetections: z.enum(['none', 'low', 'medium', 'high', 'critical']),
  /** Of which environments; none named: of all. */
  notifyConnections: z.array(z.string().min(1).max(256)).max(100),
  /** The number of open detections on the program's icon. */
  badge: z.boolean(),
  /** An icon beside the system's clock; the program goes on without a window. */
  tray: z.boolean(),
  /** How times are written where the length since then is what usually matters. */
  times: z.enum(['relative', 'absolute']),
  operatorName: z.string().max(LIMITS.id),
  zoom: z.number().min(0.5).max(3),
  /** Where the person was: view path and pane sizes, by name. */
  layout: z.record(z.string().max(64), z.union([z.number(), z.string().max(256)])),
  savedViews: z.array(SavedView).max(200),
};

/** Some settings to change. Without defaults, so that what is not named stays as it is. */
export const SettingsChanges = z.strictObject(setting).partial();
export type SettingsChanges = z.infer<typeof SettingsChanges>;

/** Choices that outlive a run. Kept by main in settings.json, parsed with this schema. */
export const Settings = z.object({
  theme: setting.theme.default('system'),
  density: setting.density.default('compact'),
  timeZone: setting.timeZone.default('local'),
  maskAddresses: setting.maskAddresses.default(false),
  demo: setting.demo.default(true),
  announceDetections: setting.announceDetections.default('high'),
  notifyDetections: setting.notifyDetections.default('none'),
  notifyConnections: setting.notifyConnections.default([]),
  badge: setting.badge.default(false),
  tray: setting.tray.default(false),
  times: setting.times.default('relative'),
  operatorName: setting.operatorName.default(''),
  zoom: setting.zoom.default(1),
  layout: setting.layout.default({}),
  savedViews: setting.savedViews.default([]),
});
export type Settings = z.infer<typeof Settings>;

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly chromium: string;
  readonly platform: string;
  readonly profile: string;
  readonly supported: boolean;
}

export type DemoState = {
  readonly agents: readonly {
    readonly name: string;
    readonly running: boolean;
    /** It was asked to run and does not listen yet. */
    readonly starting: boolean;
  }[];
};
export type EngineState =
  | { readonly is: 'starting' | 'running' }
  /** The mirror is encrypted: its passphrase is asked for. `problem`: of the one that was given. */
  | { readonly is: 'locked'; readonly problem: Problem | null; readonly canRemember: boolean }
  | { readonly is: 'failed'; readonly message: string };

/** All that a window is told before it is drawn, in one answer. */
export interface WindowStart {
  readonly info: AppInfo;
  readonly settings: Settings;
  /** What this window remembers of itself. */
  readonly memory: WindowMemory;
  readonly demo: DemoState;
  readonly engine: EngineState;
}

const fileName = z.string().regex(/^[\w .,()-]{1,200}\.(csv|json|html|pdf)$/);

/** Window to main. Everything that is data goes to the engine over a MessagePort instead. */
export const MAIN_METHODS = {
  /** What a window begins with. From then on it gets a port to each engine that runs; the first may come before the answer. */
  'window.start': method<WindowStart>()(() => z.strictObject({})),
  'settings.put': method<Settings>()(() => SettingsChanges),
  /** A file dialog; null when cancelled. Errors name the file and the line. */
  'connection-file.open': method<ConnectionFile | null>()(() => z.strictObject({})),
  /** A save dialog; the path, or null when cancelled. */
  'file.save': method<string | null>()(() =>
    z.strictObject({ name: fileName, text: z.string().max(268_435_456) }),
  ),
  /** Prints a page that stands by itself, without scripts or network. */
  'file.savePdf': method<string | null>()(() =>
    z.strictObject({ name: fileName, html: z.string().max(67_108_864) }),
  ),
  'file.openText': method<{ readonly name: string; readonly text: string } | null>()(() =>
    z.strictObject({ title: z.string().min(1).max(200) }),
  ),
  'window.remember': method<null>()(() => WindowChanges),
  'window.new': method<null>()(() => z.strictObject({ hash: z.string().max(2_048) })),
  /** Begins to drag a file with this text out of the window; the pointer is still down. */
  'file.drag': method<null>()(() => z.strictObject({ name: fileName, text: z.string().max(67_108_864) })),
  /** Gives the engine the passphrase of an encrypted mirror; what comes of it is told as the engine's state. */
  'mirror.unlock': method<null>()(() =>
    z.strictObject({ passphrase: z.string().min(1).max(1_024), remember: z.boolean() }),
  ),
  'demo.set': method<DemoState>()(() =>
    z.strictObject({ name: z.string().max(LIMITS.id), running: z.boolean() }),
  ),
} as const satisfies Record<MainMethodName, unknown>;
export type MainContract = typeof MAIN_METHODS;

/** What main tells a window without being asked. */
export type MainEvent =
  | { readonly type: 'engine'; readonly state: EngineState }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'demo'; readonly demo: DemoState }
  /** A link or the menu leads to an address of the window's own, `#/view/part`. */
  | { readonly type: 'open'; readonly hash: string }
  /** A link was followed that leads nowhere. */
  | { readonly type: 'bad-link' }
  /** The menu asks for what lies over the views. */
  | { readonly type: 'over'; readonly over: 'palette' | 'keys' };

export type CallAnswer = { readonly value: unknown } | { readonly problem: Problem };

/** The one thing that preload puts into the page, as `window.watchfloor`. */
export interface Bridge {
  /** Never rejects for the application's own errors: those come back as a problem. */
  call(name: string, request: unknown): Promise<CallAnswer>;
  /** The answer to `window.start`, which preload asked for before the page was read. */
  started(): Promise<CallAnswer>;
  /** The same where it has come already, which it usually has when the page's program begins; otherwise null. */
  startedNow(): CallAnswer | null;
  /** What main told since the answer to `window.start` is told to the first listener. */
  onEvent(listener: (event: MainEvent) => void): () => void;
  /** From now on ports to the engine arrive as messages to the page; the last one that came before does at once. */
  takePorts(): void;
  /** Whether a port came before the page took ports. */
  portCame(): boolean;
  /** Sends a frame over that port, ahead of its becoming the page’s. */
  sendAhead(frame: FrameToEngine): void;
}
