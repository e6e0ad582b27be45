import { GROUPINGS } from '#shared/ipc/session-groupings.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { main } from '../bridge/main.ts';
import { useApp } from '../store/app-store.ts';
import {
  operatorName,
  showDialog,
  triage,
  undoTriage,
  useDetections,
  type DetectionKey,
} from '../store/detection-store.ts';
import { enableEnvironment } from '../store/environment-actions.ts';
import { useSessionsArrangement } from '../store/list-arrangement.ts';
import { goTo, hrefOf, useRoute, type ViewName } from '../store/route-store.ts';
import { chooseEnvironment } from '../store/rules-store.ts';
import { openView } from '../store/saved-views.ts';
import { changeSettings, settingsNow } from '../store/settings-store.ts';
import { undoView, useViewHistory } from '../store/view-history.ts';
import { connectionIn } from '#shared/domain/plain-ids.ts';
import { GROUPING_NAMES } from '../session-table/group-words.ts';

interface Deed {
  readonly name: string;
  readonly run: () => void;
}

/** What can be done with the detection that is open, or with those that are selected. */
export function detectionDeeds(): readonly Deed[] {
  const { view, rest } = useRoute.getState();
  if (view !== 'detections') return [];
  const { chosen, undo } = useDetections.getState();
  const connection = connectionIn(rest[0]);
  const id = rest[1];
  const open: DetectionKey | null = connection !== null && id !== undefined ? { connection, id } : null;
  const targets = chosen.size > 0 ? [...chosen.values()] : open === null ? [] : [open];
  const undoing = undo === null ? [] : [{ name: `Undo: ${undo.words}`, run: () => void undoTriage() }];
  if (targets.length === 0) return undoing;
  const what = targets.length === 1 ? 'the detection' : `${String(targets.length)} detections`;
  const dialog = (name: string, of: 'close' | 'suppress' | 'note'): Deed => ({
    name,
    run: () => {
      showDialog(of);
    },
  });
  return [
    ...undoing,
    {
      name: `Acknowledge ${what}`,
      run: () => void triage(targets, { state: 'acknowledged' }, 'Acknowledged'),
    },
    {
      name: `Assign ${what} to me`,
      run: () => void triage(targets, { assignee: operatorName() }, 'Assigned to you'),
    },
    dialog(`Close ${what}…`, 'close'),
    ...(open === null ? [] : [dialog('Suppress what is like the detection…', 'suppress')]),
    dialog(`Write a note on ${what}…`, 'note'),
  ];
}

/** Pages that are no view of their own, and questions to the past, by what they answer. */
function pageDeeds(environments: readonly EnvironmentView[]): readonly Deed[] {
  const to = (name: string, view: ViewName, ...rest: string[]): Deed => ({
    name,
    run: () => {
      goTo(view, ...rest);
    },
  });
  return [
    to('Who was signed in at an instant…', 'investigate', 'at'),
    to('What changed between two instants…', 'investigate', 'difference'),
    to('Addresses that several people share', 'investigate', 'shared'),
    to('Bookmarks and notes', 'investigate', 'notes'),
    to('Identities: which accounts are one person…', 'people', 'identities'),
    to('Figures of detections: what was looked at', 'detections', 'figures'),
    to('Tuning of detections…', 'detections', 'tuning'),
    to('Suppressions of detections…', 'detections', 'suppressions'),
    to('Sigma rules…', 'detections', 'sigma'),
    ...environments.map(({ connection, name }) => ({
      name: `Edit the rules of ${name}…`,
      run: () => {
        chooseEnvironment(connection);
        goTo('rules');
      },
    })),
  ];
}

/** Windows, saved views, environments, and what is shown how. */
export function deskDeeds(): readonly Deed[] {
  const { savedViews, times, badge, tray, notifyDetections } = settingsNow();
  const { steps } = useViewHistory.getState();
  const last = steps.at(-1);
  const { group } = useSessionsArrangement.getState();
  const environments = useApp.getState().environments ?? [];
  const set = (name: string, changes: Parameters<typeof changeSettings>[0]): Deed => ({
    name,
    run: () => void changeSettings(changes),
  });
  return [
    ...(last === undefined ? [] : [{ name: `Undo: ${last.words}`, run: undoView }]),
    {
      name: 'Open this view in another window',
      run: () => void main.call('window.new', { hash: window.location.hash }),
    },
    {
      name: 'Map alone, in another window',
      run: () => void main.call('window.new', { hash: hrefOf('watch', 'map') }),
    },
    ...savedViews.map((view) => ({
      name: `Open the saved view ${view.name}`,
      run: () => {
        openView(view);
      },
    })),
    ...GROUPINGS.filter((by) => by !== group).map((by) => ({
      name: `Group sessions by ${GROUPING_NAMES[by].toLowerCase()}`,
      run: () => {
        useSessionsArrangement.setState({ group: by });
        goTo('sessions');
      },
    })),
    ...(group === null
      ? []
      : [
          {
            name: 'Do not group sessions',
            run: () => {
              useSessionsArrangement.setState({ group: null });
            },
          },
        ]),
    ...pageDeeds(environments),
    ...environments.flatMap(({ connection, name, enabled }) => [
      {
        name: `Show how ${name} stands`,
        run: () => {
          goTo('environments', connection);
        },
      },
      {
        name: `Edit ${name}…`,
        run: () => {
          goTo('environments', connection, 'edit');
        },
      },
      {
        name: `Remove ${name}…`,
        run: () => {
          goTo('environments', connection, 'remove');
        },
      },
      {
        name: enabled ? `Switch ${name} off` : `Switch ${name} on`,
        run: () => void enableEnvironment(connection, !enabled),
      },
    ]),
    times === 'relative'
      ? set('Times of day instead of how long ago', { times: 'absolute' })
      : set('How long ago instead of times of day', { times: 'relative' }),
    notifyDetections === 'none'
      ? set('Notifications of the system: high and critical', { notifyDetections: 'high' })
      : set('Notifications of the system: none', { notifyDetections: 'none' }),
    set(badge ? 'No number on the icon' : 'Number of open detections on the icon', { badge: !badge }),
    set(tray ? 'No icon beside the clock' : 'Icon beside the clock', { tray: !tray }),
    {
      name: 'Make a compliance report…',
      run: () => {
        goTo('response');
      },
    },
  ];
}
