import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { goTo, useRoute } from '../../store/route-store.ts';
import { DemoAgents } from './DemoAgents.tsx';
import { EnvironmentForm } from './EnvironmentForm.tsx';
import { EnvironmentRow } from './EnvironmentRow.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';

/** Environments under their headings, those without one first. */
function foldersOf(
  environments: readonly EnvironmentView[],
): readonly (readonly [string, readonly EnvironmentView[]])[] {
  const folders = new Map<string, EnvironmentView[]>();
  for (const environment of environments) {
    folders.set(environment.folder, [...(folders.get(environment.folder) ?? []), environment]);
  }
  return [...folders].toSorted(([a], [b]) => a.localeCompare(b));
}

/** Every connection with how it stands and what to do; adding, changing and removing them. */
export function EnvironmentsView(): ReactNode {
  const environments = useApp((state) => state.environments);
  const [first, deed] = useRoute((route) => route.rest);
  // In the address, so that the palette leads there, and going back closes it.
  const meant = environments?.find(({ connection }) => connection === first) ?? null;
  const editing = deed === 'edit' ? meant : null;
  const removing = deed === 'remove' ? meant : null;
  const adding = first === 'add';
  const add = () => {
    goTo('environments', 'add');
  };
  return (
    <>
      <Heading
        title="Environments"
        actions={
          <Button variant="contained" color="primary" onClick={add}>
            Add an environment…
          </Button>
        }
      >
        {environments === null ? null : (
          <Typography sx={{ color: 'text.secondary' }}>
            {counted(environments.length, 'connection')}
          </Typography>
        )}
      </Heading>
      <Box sx={{ flex: 1, minHeight: 0, overflowY: 'auto', bgcolor: 'background.paper' }}>
        {environments === null ? <Waiting what="environments" lines={8} /> : null}
        {environments?.length === 0 ? (
          <EmptyState
            title="No environment is connected yet"
            action={<Button onClick={add}>Add an environment…</Button>}
          >
            Each session store has an agent beside it. Its owner hands out an address and a token, or a
            connection file with both.
          </EmptyState>
        ) : null}
        {foldersOf(environments ?? []).map(([folder, members]) => (
          <Box component="section" key={folder} aria-label={folder === '' ? 'Connections' : folder}>
            {folder === '' ? null : (
              <Typography variant="h2" sx={{ px: 4, pt: 4, color: 'text.secondary' }}>
                {folder}
              </Typography>
            )}
            <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
              {members.map((environment) => (
                <EnvironmentRow
                  key={environment.connection}
                  environment={environment}
                  open={first === environment.connection}
                  onEdit={() => {
                    goTo('environments', environment.connection, 'edit');
                  }}
                  onRemove={() => {
                    goTo('environments', environment.connection, 'remove');
                  }}
                />
              ))}
            </Box>
          </Box>
        ))}
        <DemoAgents />
      </Box>
      {adding ? (
        <EnvironmentForm
          environment={null}
          onClose={() => {
            goTo('environments');
          }}
        />
      ) : null}
      {editing === null ? null : (
        <EnvironmentForm
          environment={editing}
          onClose={() => {
            goTo('environments', editing.connection);
          }}
        />
      )}
      {removing === null ? null : (
        <RemoveDialog
          environment={removing}
          onClose={() => {
            goTo('environments');
          }}
        />
      )}
    </>
  );
}
