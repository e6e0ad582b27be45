import type { ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import type { ViewName } from '../store/route-store.ts';
import { AuditView } from '../views/audit/AuditView.tsx';
import { DetectionsView } from '../views/detections/DetectionsView.tsx';
import { EnvironmentsView } from '../views/environments/EnvironmentsView.tsx';
import { InvestigateView } from '../views/investigate/InvestigateView.tsx';
import { PeopleView } from '../views/people/PeopleView.tsx';
import { ResponseView } from '../views/response/ResponseView.tsx';
import { RulesView } from '../views/rules/RulesView.tsx';
import { SessionsView } from '../views/sessions/SessionsView.tsx';
import { SettingsView } from '../views/settings/SettingsView.tsx';
import { WatchView } from '../views/watch/WatchView.tsx';

/** The view that the address names. */
export function View({ view }: { readonly view: ViewName }): ReactNode {
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
