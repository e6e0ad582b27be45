import { QUEUE_TABS, useDetections, type QueueTab } from '../store/detection-store.ts';
import { setDemoAgent } from '../store/environment-actions.ts';
import { keepOnlyChosen } from '../store/chosen-rows.ts';
import { copyChosen, COPY_KINDS } from '../session-table/copy-sessions.ts';
import { useApp } from '../store/app-store.ts';
import { previewEnding } from '../store/respond-store.ts';
import { goTo, useRoute } from '../store/route-store.ts';
import { usePanel, useSelection } from '../store/selection-store.ts';
import { useSessionsFilter, type ShownFilter } from '../store/session-filter.ts';
import { changeSettings, rememberLayout, settingsNow } from '../store/settings-store.ts';
import { showOver } from '../store/shell-store.ts';
import { play, SPEEDS, timeNow } from '../store/time-store.ts';
import { counted } from '../format/words.ts';
import { SETTING_NAMES } from './setting-names.ts';

interface Deed {
  readonly name: string;
  readonly run: () => void;
}

const STATES: readonly (readonly [ShownFilter['state'], string])[] = [
  ['live', 'Show live sessions'],
  ['ended', 'Show ended sessions'],
  ['all', 'Show live and ended sessions'],
];
const TABS: Readonly<Record<QueueTab, string>> = {
  open: 'Open detections',
  past: 'Detections from the past',
  mine: 'Detections that are mine',
  closed: 'Closed detections',
  silenced: 'Silenced detections',
};
const REACHES = [
  ['1h', 'hour'],
  ['6h', '6 hours'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;

/** What can be done with the person of the open session. */
function personDeeds(): readonly Deed[] {
  const { account, open } = usePanel.getState();
  if (account === null || open === null) return [];
  const { connection } = open;
  const where = (useApp.getState().environments ?? []).find((one) => one.connection === connection)?.name;
  const { id, name } = account;
  return [
    {
      name: `Everything about ${name}`,
      run: () => {
        goTo('people', connection, id);
      },
    },
    {
      name: `Sign out ${name}${where === undefined ? '' : ` in ${where}`}…`,
      run: () => void previewEnding([{ connection, selector: { accounts: [id] } }]),
    },
  ];
}

/** What can be done with the selection besides ending it. */
function chosenDeeds(): readonly Deed[] {
  const { size } = useSelection.getState().chosen;
  if (size === 0) return [];
  const what = counted(size, 'selected session');
  return [
    { name: `End the others of the people of ${what}…`, run: () => void keepOnlyChosen() },
    ...COPY_KINDS.map((kind) => ({ name: `Copy ${what} as ${kind}`, run: () => void copyChosen(kind) })),
  ];
}

/** Views that can be kept under a name: a search, or the page about one thing. */
function canSaveView(): boolean {
  const { view, rest } = useRoute.getState();
  return (
    view === 'sessions' ||
    view === 'audit' ||
    (view === 'people' && rest.length === 2) ||
    (view === 'investigate' && rest[0] !== 'notes')
  );
}

/** As Settings offers them. */
const ZOOMS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

/** What views offer by buttons, by name. */
export function viewDeeds(): readonly Deed[] {
  const live = timeNow().is === 'live';
  return [
    ...personDeeds(),
    ...chosenDeeds(),
    ...(canSaveView()
      ? [
          {
            name: 'Save this view…',
            run: () => {
              showOver('save-view');
            },
          },
        ]
      : []),
    ...STATES.map(([state, name]) => ({
      name,
      run: () => {
        useSessionsFilter.setState({ state });
        goTo('sessions');
      },
    })),
    ...QUEUE_TABS.map((tab) => ({
      name: TABS[tab],
      run: () => {
        useDetections.setState({ tab, chosen: new Map() });
        goTo('detections');
      },
    })),
    {
      name: 'Failed sign-ins',
      run: () => {
        goTo('audit', 'login', 'failure');
      },
    },
    {
      name: 'Holds and blocks',
      run: () => {
        goTo('response', 'holds');
      },
    },
    ...(live
      ? []
      : SPEEDS.map((speed) => ({
          name: `Play the past at ${String(speed)} ×`,
          run: () => {
            play(speed);
            goTo('watch');
          },
        }))),
    ...REACHES.map(([key, words]) => ({
      name: `Time bar: the last ${words}`,
      run: () => {
        void rememberLayout('timeSpan', key);
        goTo('watch');
      },
    })),
    ...useApp.getState().demo.agents.map(({ name, running }) => ({
      name: `${running ? 'Stop' : 'Start'} the demo agent ${name}`,
      run: () => void setDemoAgent(name, !running),
    })),
  ];
}

/** How things look, and the way to every setting. */
export function lookDeeds(): readonly Deed[] {
  const { zoom } = settingsNow();
  const larger = ZOOMS.find((one) => one > zoom);
  const smaller = ZOOMS.findLast((one) => one < zoom);
  const zoomed = (name: string, to: number | undefined): readonly Deed[] =>
    to === undefined || to === zoom ? [] : [{ name, run: () => void changeSettings({ zoom: to }) }];
  return [
    ...zoomed('Larger', larger),
    ...zoomed('Smaller', smaller),
    ...zoomed('Actual size', 1),
    ...SETTING_NAMES.map((name) => ({
      name: `Setting: ${name}…`,
      run: () => {
        goTo('settings', name);
      },
    })),
  ];
}
