import { create } from 'zustand';
import type { Settings, SettingsChanges } from '#shared/ipc/main-contract.ts';
import { main } from '../bridge/main.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';

/** Until main has answered; the same values that main starts with. */
const INITIAL: Settings = {
  theme: 'system',
  density: 'compact',
  timeZone: 'local',
  maskAddresses: false,
  demo: true,
  announceDetections: 'high',
  notifyDetections: 'none',
  notifyConnections: [],
  badge: false,
  tray: false,
  times: 'relative',
  operatorName: '',
  zoom: 1,
  layout: {},
  savedViews: [],
};

export const useSettings = create<{ readonly settings: Settings; readonly loaded: boolean }>(() => ({
  settings: INITIAL,
  loaded: false,
}));

export const settingsNow = (): Settings => useSettings.getState().settings;

/** Shows the change at once and keeps it with main; a refusal is said and undone. */
export async function changeSettings(changes: SettingsChanges): Promise<void> {
  const before = settingsNow();
  const defined = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  useSettings.setState({ settings: { ...before, ...defined } });
  try {
    useSettings.setState({ settings: await main.call('settings.put', changes) });
  } catch (error) {
    useSettings.setState({ settings: before });
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}

/** Remembers where something was left: a view, a splitter, a column. */
export async function rememberLayout(key: string, value: number | string): Promise<void> {
  const { layout } = settingsNow();
  if (layout[key] === value) return;
  await changeSettings({ layout: { ...layout, [key]: value } });
}

export const layoutNumber = (settings: Settings, key: string, otherwise: number): number => {
  const value = settings.layout[key];
  return typeof value === 'number' ? value : otherwise;
};
