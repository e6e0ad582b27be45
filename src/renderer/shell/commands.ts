import { useApp } from '../store/app-store.ts';
import { retryEnvironment } from '../store/environment-actions.ts';
import { pauseFeed, resumeFeed, useFeed } from '../store/feed-store.ts';
import { endSessions, previewEnding } from '../store/respond-store.ts';
import { goTo, VIEWS } from '../store/route-store.ts';
import { clearChosen, pinSession, usePanel, useSelection } from '../store/selection-store.ts';
import { changeSettings, settingsNow } from '../store/settings-store.ts';
import { showOver } from '../store/shell-store.ts';
import { counted } from '../format/words.ts';
import { copyText } from '../store/copy.ts';
import { deskDeeds, detectionDeeds } from './desk-commands.ts';
import { lookDeeds, viewDeeds } from './view-commands.ts';
import { timeAndMapDeeds } from './time-commands.ts';
import { VIEW_TITLES } from './navigation.ts';

export interface Command {
  readonly name: string;
  readonly group: 'Go to' | 'Do' | 'Look';
  readonly run: () => void;
}

const THEMES = [
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
  ['system', 'Theme of the system'],
] as const;

/** A link that opens the session in any console that mirrors the same environment under the same connection. */
const linkToSession = ({ connection, id }: { readonly connection: string; readonly id: string }): string =>
  `watchfloor://session/${encodeURIComponent(connection)}/${encodeURIComponent(id)}`;

/** Everything that can be done right now, by name. */
export function commandsNow(): readonly Command[] {
  const { environments } = useApp.getState();
  const chosen = [...useSelection.getState().chosen.values()];
  const { open, pinned } = usePanel.getState();
  const { theme, density, timeZone, maskAddresses } = settingsNow();
  const go: Command[] = VIEWS.map((view) => ({
    name: VIEW_TITLES[view],
    group: 'Go to',
    run: () => {
      goTo(view);
    },
  }));
  const act: Command[] = [
    ...(open === null ? [] : [{ name: 'End the open session…', run: () => void endSessions([open]) }]),
    ...(chosen.length === 0
      ? []
      : [
          { name: `End ${counted(chosen.length, 'selected session')}…`, run: () => void endSessions(chosen) },
          { name: 'Clear the selection', run: clearChosen },
        ]),
    ...(environments ?? [])
      .filter(({ hello }) => hello?.operator.scopes.includes('sessions:revoke-all') === true)
      .map(({ name, connection }) => ({
        name: `End everyone’s sessions in ${name}…`,
        run: () => void previewEnding([{ connection, selector: { all: true } }]),
      })),
    {
      name: 'Show the journal',
      run: () => {
        goTo('response', 'journal');
      },
    },
    {
      name: 'Add an environment…',
      run: () => {
        goTo('environments', 'add');
      },
    },
    ...(environments ?? [])
      .filter(({ state }) => state.is === 'waiting' || state.is === 'refused')
      .map(({ name, connection }) => ({
        name: `Connect to ${name} now`,
        run: () => void retryEnvironment(connection),
      })),
    useFeed.getState().paused
      ? { name: 'Resume what is happening', run: resumeFeed }
      : { name: 'Pause what is happening', run: pauseFeed },
    ...timeAndMapDeeds(),
    ...detectionDeeds(),
    ...deskDeeds(),
    ...viewDeeds(),
    ...(pinned === null
      ? []
      : [
          {
            name: 'Let go of the pinned session',
            run: () => {
              pinSession(null);
            },
          },
        ]),
    ...(open === null
      ? []
      : [
          {
            name: 'Pin the open session, to compare others with it',
            run: () => {
              pinSession(open);
            },
          },
          {
            name: 'Copy a link to the open session',
            run: () => void copyText(linkToSession(open), 'Link'),
          },
        ]),
    {
      name: 'Show the keys of this view',
      run: () => {
        showOver('keys');
      },
    },
  ].map((command) => ({ ...command, group: 'Do' }));
  const setting = (name: string, changes: Parameters<typeof changeSettings>[0]): Command => ({
    name,
    group: 'Look',
    run: () => void changeSettings(changes),
  });
  return [
    ...go,
    ...act,
    ...THEMES.filter(([is]) => is !== theme).map(([is, name]) => setting(name, { theme: is })),
    density === 'compact'
      ? setting('Comfortable rows', { density: 'comfortable' })
      : setting('Compact rows', { density: 'compact' }),
    timeZone === 'local'
      ? setting('Times in UTC', { timeZone: 'utc' })
      : setting('Times in local time', { timeZone: 'local' }),
    maskAddresses
      ? setting('Show addresses', { maskAddresses: false })
      : setting('Mask addresses', { maskAddresses: true }),
    ...lookDeeds().map((deed): Command => ({ ...deed, group: 'Look' })),
  ];
}
