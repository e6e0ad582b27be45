import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Differs } from '../entity/Differs.tsx';
import { Table } from '../components/Table.tsx';
import { TableHead } from '../components/TableHead.tsx';
import { TextButton } from '../components/TextButton.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { useMaskedText } from '../parts/Address.tsx';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { useApp } from '../store/app-store.ts';
import { chosenKey, openPanel, pinSession, usePanel } from '../store/selection-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';
import { compareSessions } from './compare-sessions.ts';
import { Section } from './Section.tsx';

const FOLLOW_EVERY_MS = 1_000;
const NOT_KNOWN = 'Not known of this session';

/** The pinned session beside the open one, fact by fact. */
export function ComparedWith({ row }: { readonly row: SessionRow }): ReactNode {
  const pinned = usePanel((state) =>
    state.pinned === null || chosenKey(state.pinned) === chosenKey(row) ? null : state.pinned,
  );
  const revision = useApp((state) => state.revision);
  const answer = useEngineQuery('sessions.get', pinned, { revision, everyMs: FOLLOW_EVERY_MS });
  const environment = useEnvironmentName();
  const address = useMaskedText();
  const { timeZone: zone, maskAddresses: masked } = useSettings((state) => state.settings);
  if (pinned === null || answer.is !== 'ready') return null;
  const other = answer.value?.row ?? null;
  return (
    <Section title="Compared with the pinned session">
      {other === null ? (
        <Box sx={{ color: 'text.secondary', mb: 1 }}>It is no longer in the mirror.</Box>
      ) : (
        <Table
          sx={{
            tableLayout: 'fixed',
            mb: 2,
            '& th:first-of-type': { width: '24%' },
            '& th, & td': { px: 1 },
          }}
        >
          <TableHead heads={[{ unseen: 'What' }, 'Pinned', 'This one']} />
          <tbody>
            {compareSessions(other, row, { environment, address, masked, zone }).map((fact) => (
              <tr key={fact.what}>
                <Box component="th" scope="row" sx={{ color: 'text.secondary' }}>
                  {fact.what}
                </Box>
                <td>{fact.pinned ?? <Unknown why={NOT_KNOWN} />}</td>
                <td>
                  {fact.open === null ? (
                    <Unknown why={NOT_KNOWN} />
                  ) : fact.differs ? (
                    <Differs>{fact.open}</Differs>
                  ) : (
                    fact.open
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <Box sx={{ display: 'flex', gap: 4 }}>
        {other === null ? null : (
          <TextButton
            onPress={() => {
              openPanel(other);
            }}
          >
            Open the pinned one
          </TextButton>
        )}
        <TextButton
          onPress={() => {
            pinSession(null);
          }}
        >
          Let it go
        </TextButton>
      </Box>
    </Section>
  );
}
