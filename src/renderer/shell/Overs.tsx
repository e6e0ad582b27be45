import { lazy, Suspense, type ReactNode } from 'react';
import { useRespond } from '../store/respond-store.ts';
import { useShell } from '../store/shell-store.ts';

/** What lies over the views or beside them, read when it is first opened or when nothing else is done. */
export const OVERS = {
  palette: () => import('./CommandPalette.tsx'),
  keys: () => import('./KeysHelp.tsx'),
  respond: () => import('../respond/EndSessionsDialog.tsx'),
  panel: () => import('../session-panel/SessionPanel.tsx'),
} as const;

const CommandPalette = lazy(async () => ({ default: (await OVERS.palette()).CommandPalette }));
const KeysHelp = lazy(async () => ({ default: (await OVERS.keys()).KeysHelp }));
const EndSessionsDialog = lazy(async () => ({ default: (await OVERS.respond()).EndSessionsDialog }));
const SessionPanel = lazy(async () => ({ default: (await OVERS.panel()).SessionPanel }));

export function Overs(): ReactNode {
  const over = useShell((state) => state.over);
  const responding = useRespond((state) => state.respond.is !== 'closed');
  return (
    <>
      <Suspense>{responding ? <EndSessionsDialog /> : null}</Suspense>
      <Suspense>{over === 'palette' ? <CommandPalette /> : null}</Suspense>
      <Suspense>{over === 'keys' ? <KeysHelp /> : null}</Suspense>
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
