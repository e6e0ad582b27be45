import Box from '@mui/material/Box';
import { useEffect, type ReactNode } from 'react';
import { Choice } from '../../components/Choice.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { Heading } from '../../components/Heading.tsx';
import { QuerySearch } from '../../parts/QuerySearch.tsx';
import { SavedViews } from '../../parts/SavedViews.tsx';
import { SessionTable } from '../../session-table/SessionTable.tsx';
import { useApp } from '../../store/app-store.ts';
import { useRoute } from '../../store/route-store.ts';
import { notify } from '../../store/notice-store.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSessionsArrangement } from '../../store/list-arrangement.ts';
import { openView } from '../../store/saved-views.ts';
import { useSessionsFilter } from '../../store/session-filter.ts';
import type { SessionId } from '#shared/domain/ids.ts';
import { SessionBars } from './SessionBars.tsx';

/** Every session, live or ended, over the whole height. */
export function SessionsView(): ReactNode {
  const shown = useSessionsFilter();
  const { by, descending, group } = useSessionsArrangement();
  const rest = useRoute((route) => route.rest);
  const ready = useApp((state) => state.environments !== null);
  useEffect(() => {
    if (!ready) return;
    const [connection, id] = rest;
    const known = useApp
      .getState()
      .environments?.find((environment) => environment.connection === connection);
    if (known !== undefined && id !== undefined) {
      openPanel({ connection: known.connection, id: id as SessionId });
    } else if (known === undefined && connection !== undefined) {
      notify({
        tone: 'bad',
        problem: {
          code: 'UNKNOWN_ENVIRONMENT',
          message: 'This link is about an environment that is not connected to this console.',
          advice: 'Connect it under Environments, or follow the link in the console that it was copied from.',
        },
      });
    }
    // Once per address, not with every change of an environment.
  }, [rest, ready]);
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading title="Sessions">
        <QuerySearch
          table="sessions"
          label="Search: user:alice ip:10.0.0.0/8 country:BR last:<30m"
          value={shown.search}
          onChange={(search) => {
            useSessionsFilter.setState({ search });
          }}
        />
        <SavedViews
          current={{
            table: 'sessions',
            search: shown.search,
            state: shown.state,
            connections: [...shown.connections],
            group,
            sort: { by, descending },
            ...(shown.text === '' ? {} : { text: shown.text }),
            ...(shown.account === null ? {} : { account: shown.account }),
          }}
          onOpen={openView}
        />
        <EnvironmentChoice
          value={shown.connections[0] ?? null}
          onChange={(connection) => {
            useSessionsFilter.setState({ connections: connection === null ? [] : [connection] });
          }}
        />
        <Choice
          quiet
          label="Live or ended"
          value={shown.state}
          options={[
            ['live', 'Live'],
            ['ended', 'Ended'],
            ['all', 'Live and ended'],
          ]}
          onChange={(state) => {
            useSessionsFilter.setState({ state });
          }}
        />
      </Heading>
      <SessionBars />
      <SessionTable filter={useSessionsFilter} arrangement={useSessionsArrangement} title="All sessions" />
    </Box>
  );
}
