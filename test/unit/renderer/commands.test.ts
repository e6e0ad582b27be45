import { beforeEach, expect, test } from 'vitest';
import type { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { commandsNow } from '#renderer/shell/commands.ts';
import { SETTING_NAMES } from '#renderer/shell/setting-names.ts';
import { useApp } from '#renderer/store/app-store.ts';
import { useRoute } from '#renderer/store/route-store.ts';
import { usePanel, useSelection } from '#renderer/store/selection-store.ts';
import { useSessionsFilter } from '#renderer/store/session-filter.ts';
import { useShell } from '#renderer/store/shell-store.ts';
import { useSettings } from '#renderer/store/settings-store.ts';
import { useTime } from '#renderer/store/time-store.ts';
import { NETWORK_LISTS } from '#renderer/views/settings/NetworkLists.tsx';
import { KEEPING, NOTIFICATIONS } from '#renderer/views/settings/SettingsView.tsx';
import { SETTINGS } from '#renderer/views/settings/settings-list.tsx';

const names = (): readonly string[] => commandsNow().map(({ name }) => name);
const run = (name: string): void => {
  const found = commandsNow().find((command) => command.name === name);
  expect(found, name).toBeDefined();
  found?.run();
};
const SHOP = 'c1' as ConnectionId;
const session = { connection: SHOP, id: 's1' as SessionId };

beforeEach(() => {
  useRoute.setState({ view: 'watch', rest: [] });
  useSelection.setState({ chosen: new Map() });
  usePanel.setState({ open: null, account: null, from: null, pinned: null });
  useTime.setState({ time: { is: 'live' } });
  useShell.setState({ over: 'nothing' });
});

test('every setting is reached by its name, and no command leads to one that is not there', () => {
  const known = [...SETTINGS, KEEPING, NETWORK_LISTS, NOTIFICATIONS].map(({ name }) => name);
  expect([...SETTING_NAMES].sort()).toEqual(known.sort());
  for (const name of SETTING_NAMES) expect(names()).toContain(`Setting: ${name}…`);
});

test('no two commands have one name: the palette could not tell them apart', () => {
  useSelection.setState({ chosen: new Map([['k', session]]) });
  usePanel.setState({ open: session, account: { connection: SHOP, id: 'a' as AccountId, name: 'ann' } });
  useTime.setState({ time: { is: 'playing', at: 1, speed: 60 } });
  useRoute.setState({ view: 'sessions', rest: [] });
  const all = names();
  expect(new Set(all).size).toBe(all.length);
});

test('the past is played at every speed that the time bar has, and not while it is live', () => {
  expect(names().filter((name) => name.startsWith('Play the past'))).toEqual([]);
  useTime.setState({ time: { is: 'instant', at: 1 } });
  expect(names().filter((name) => name.startsWith('Play the past'))).toEqual(
    [1, 10, 60, 300, 600].map((speed) => `Play the past at ${String(speed)} ×`),
  );
});

test('what can be done with a selection and with the open session is offered with its name', () => {
  expect(names().some((name) => name.startsWith('Copy 1 selected session as'))).toBe(false);
  useSelection.setState({ chosen: new Map([['k', session]]) });
  expect(names()).toEqual(
    expect.arrayContaining(['Markdown', 'CSV', 'JSON'].map((kind) => `Copy 1 selected session as ${kind}`)),
  );
  useApp.setState({
    environments: [
      { connection: SHOP, name: 'shop', enabled: true, hello: null, state: { is: 'stopped' } },
    ] as never,
  });
  usePanel.setState({ open: session, account: { connection: SHOP, id: 'a' as AccountId, name: 'ann' } });
  expect(names()).toEqual(expect.arrayContaining(['Everything about ann', 'Sign out ann in shop…']));
});

const changeTheme = (theme: 'dark' | 'system'): void => {
  useSettings.setState(({ settings }) => ({ settings: { ...settings, theme } }));
};
test('every theme but the one that is chosen is offered', () => {
  const themes = () => names().filter((name) => /theme/i.test(name) && !name.startsWith('Setting'));
  changeTheme('system');
  expect(themes()).toEqual(['Light theme', 'Dark theme']);
  changeTheme('dark');
  expect(themes()).toEqual(['Light theme', 'Theme of the system']);
});

test('a view is saved from where it can be saved', () => {
  expect(names()).not.toContain('Save this view…');
  useRoute.setState({ view: 'investigate', rest: ['address', '192.0.2.7'] });
  run('Save this view…');
  expect(useShell.getState().over).toBe('save-view');
  useRoute.setState({ view: 'investigate', rest: ['at', '5'] });
  expect(names()).toContain('Save this view…');
  useRoute.setState({ view: 'investigate', rest: ['notes'] });
  expect(names()).not.toContain('Save this view…');
});

test('a command does what it says: ended sessions are shown', () => {
  const address = { hash: '' };
  Object.assign(globalThis, { window: { location: address } });
  try {
    run('Show ended sessions');
    expect(useSessionsFilter.getState().state).toBe('ended');
    expect(address.hash).toBe('#/sessions');
  } finally {
    Reflect.deleteProperty(globalThis, 'window');
    useSessionsFilter.setState({ state: 'live' });
  }
});

test('an environment is edited and removed from the palette: its dialogs have an address', () => {
  const before = useApp.getState().environments;
  useApp.setState({
    environments: [{ connection: SHOP, name: 'shop', enabled: true, state: { is: 'live' } }] as never,
  });
  try {
    // Where there is a window the address changes, and the route with it.
    expect(names()).toEqual(expect.arrayContaining(['Edit shop…', 'Remove shop…']));
  } finally {
    useApp.setState({ environments: before });
  }
});
