import { lazy, Suspense, type ReactNode } from 'react';
import { useAfterFirstRows } from '../store/first-rows.ts';
import { useRespond } from '../store/respond-store.ts';
import { useShell } from '../store/shell-store.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { KeysHelp } from './KeysHelp.tsx';
import { LinkMenu } from './LinkMenu.tsx';
import { LinkSummary } from './LinkSummary.tsx';

/** What stands over or beside a view once a session is chosen, read then or when nothing else is done. */
export const OVERS = {
  respond: () => import('../respond/EndSessionsDialog.tsx'),
  panel: () => import('../session-panel/SessionPanel.tsx'),
} as const;

const EndSessionsDialog = lazy(async () => ({ default: (await OVERS.respond()).EndSessionsDialog }));
const SessionPanel = lazy(async () => ({ default: (await OVERS.panel()).SessionPanel }));

/** The palette takes keys from the moment it is asked for, so it is part of the program; none of these is drawn before the view is. */
export function Overs(): ReactNode {
  const responding = useRespond((state) => state.respond.is !== 'closed');
  const rest = useAfterFirstRows();
  const asked = useShell(({ over }) => over !== 'nothing');
  if (!rest && !asked) return null;
  return (
    <>
      <Suspense>{responding ? <EndSessionsDialog /> : null}</Suspense>
      <CommandPalette />
      <KeysHelp />
      <LinkMenu />
      <LinkSummary />
    </>
  );
}

export function PanelBeside(): ReactNode {
  return (
    <Suspense>
      <SessionPanel />
    </Suspense>
  );
}
