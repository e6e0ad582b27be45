import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { Waiting } from '../components/Waiting.tsx';
import type { ViewName } from '../store/route-store.ts';
import { OVERS } from './Overs.tsx';
import { SessionsView } from '../views/sessions/SessionsView.tsx';
import { WatchView } from '../views/watch/WatchView.tsx';

// Where most windows open is part of the program; the other views are read once the window can be used.
const LOADS = {
  investigate: () => import('../views/investigate/InvestigateView.tsx'),
  people: () => import('../views/people/PeopleView.tsx'),
  detections: () => import('../views/detections/DetectionsView.tsx'),
  audit: () => import('../views/audit/AuditView.tsx'),
  response: () => import('../views/response/ResponseView.tsx'),
  environments: () => import('../views/environments/EnvironmentsView.tsx'),
  settings: () => import('../views/settings/SettingsView.tsx'),
  rules: () => import('../views/rules/RulesView.tsx'),
} as const;

const InvestigateView = lazy(async () => ({ default: (await LOADS.investigate()).InvestigateView }));
const PeopleView = lazy(async () => ({ default: (await LOADS.people()).PeopleView }));
const DetectionsView = lazy(async () => ({ default: (await LOADS.detections()).DetectionsView }));
const AuditView = lazy(async () => ({ default: (await LOADS.audit()).AuditView }));
const ResponseView = lazy(async () => ({ default: (await LOADS.response()).ResponseView }));
const EnvironmentsView = lazy(async () => ({ default: (await LOADS.environments()).EnvironmentsView }));
const SettingsView = lazy(async () => ({ default: (await LOADS.settings()).SettingsView }));
const RulesView = lazy(async () => ({ default: (await LOADS.rules()).RulesView }));

/** After this long in a window nothing of the start is under way any more. */
const READ_AFTER_MS = 1_500;

/**
 * Reads the views that somebody goes to in a hurry one by one while nothing else is done, so that each opens at once. The
 * others, which would take memory in every window, are read when they are opened: some tens of milliseconds.
 */
function readOthers(): () => void {
  const { investigate, people, detections, audit } = LOADS;
  const waiting: (() => Promise<unknown>)[] = [
    ...Object.values(OVERS),
    detections,
    people,
    audit,
    investigate,
  ];
  let stopped = false;
  const next = (): void => {
    const load = waiting.shift();
    if (stopped || load === undefined) return;
    // One that cannot be read says so when it is opened.
    const then = (): void => void requestIdleCallback(next);
    load().then(then, then);
  };
  const timer = window.setTimeout(() => void requestIdleCallback(next), READ_AFTER_MS);
  return () => {
    stopped = true;
    window.clearTimeout(timer);
  };
}

function Named({ view }: { readonly view: ViewName }): ReactNode {
  switch (view) {
    case 'watch':
      return <WatchView />;
    case 'sessions':
      return <SessionsView />;
    case 'investigate':
      return <InvestigateView />;
    case 'people':
      return <PeopleView />;
    case 'detections':
      return <DetectionsView />;
    case 'audit':
      return <AuditView />;
    case 'response':
      return <ResponseView />;
    case 'environments':
      return <EnvironmentsView />;
    case 'settings':
      return <SettingsView />;
    case 'rules':
      return <RulesView />;
    default:
      return assertNever(view);
  }
}

/** The view that the address names. */
export function View({ view }: { readonly view: ViewName }): ReactNode {
  useEffect(() => readOthers(), []);
  return (
    <Suspense fallback={<Waiting what="the view" />}>
      <Named view={view} />
    </Suspense>
  );
}
