import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { CoverageNote } from '../../entity/CoverageNote.tsx';
import { count, countedText } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { AddressLink } from '../../parts/Links.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useInvestigate } from '../../store/investigate-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

/** Addresses that several people were seen from, the most first. */
export function SharedAddresses(): ReactNode {
  const { search, connection } = useInvestigate();
  const zone = useSettings((state) => state.settings.timeZone);
  const answer = useEngineQuery('query.people', {
    search,
    zone,
    limit: 200,
    ...(connection === null ? {} : { connections: [connection] }),
  });
  if (answer.is !== 'ready') return <Asked answer={answer} what="addresses" lines={12} />;
  const { addresses, looked, coverage } = answer.value;
  return (
    <>
      <Box sx={{ px: 4, py: 2 }}>
        <Box>{`Among ${countedText(looked, 'session', 'sessions')} that were looked at`}</Box>
        <CoverageNote coverage={coverage} />
      </Box>
      {addresses.length === 0 ? (
        <EmptyState title="No address is shared">
          Every address that fits was used by one person only.
        </EmptyState>
      ) : (
        <Table>
          <TableHead
            heads={['Address', { number: 'People' }, { number: 'Sessions' }, 'First seen', 'Last seen']}
          />
          <tbody>
            {addresses.map((one) => (
              <tr key={one.ip}>
                <td>
                  <AddressLink ip={one.ip} />
                </td>
                <td className="number">{count(one.people)}</td>
                <td className="number">{count(one.sessions)}</td>
                <td>
                  <TimeAgo at={one.first} />
                </td>
                <td>
                  <TimeAgo at={one.last} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}
