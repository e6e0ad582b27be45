import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { phoneAnswer, vpnAnswer, type OriginAnswer } from '../../format/origin-words.ts';
import { networkDetail, placeText } from '../../format/words.ts';
import { AddressLink, NetworkLink } from '../../parts/Links.tsx';
import { CardSection } from './CardSection.tsx';

function Answer({ answer: { is, why } }: { readonly answer: OriginAnswer }): ReactNode {
  return (
    <td>
      <Box
        component="span"
        sx={{ fontWeight: is === 'no' ? 400 : 600, color: is === 'no' ? 'text.primary' : 'severity.medium' }}
      >
        {is}
      </Box>
      <Box component="span" sx={{ color: 'text.secondary' }}>{`: ${why}`}</Box>
    </td>
  );
}

/** Whether the addresses of a finding can be a VPN or a phone, which are the usual harmless causes. */
export function Origins({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { origins, moreOrigins } = detail;
  if (origins.length === 0) return null;
  return (
    <CardSection
      title="A VPN or a phone?"
      {...(moreOrigins > 0
        ? { aside: `the last ${String(origins.length)} of ${String(origins.length + moreOrigins)} addresses` }
        : {})}
    >
      <Table>
        <TableHead heads={['Address', 'Network', 'VPN', 'Phone']} />
        <tbody>
          {origins.map(({ ip, place, network, devices, list }) => (
            <tr key={ip}>
              <Box
                component="th"
                scope="row"
                sx={ip.includes(':') ? {} : { overflowWrap: 'normal', minWidth: '6.5rem' }}
              >
                <AddressLink ip={ip} />
                {place === null ? null : (
                  <Box component="span" sx={{ display: 'block', color: 'text.secondary', fontWeight: 400 }}>
                    {placeText(place)}
                  </Box>
                )}
              </Box>
              <td title={network === null ? undefined : networkDetail(network)}>
                {network === null ? (
                  <Unknown why="No list names its network" />
                ) : (
                  <NetworkLink network={{ ...network, kind: null }} />
                )}
              </td>
              <Answer answer={vpnAnswer(network, list)} />
              <Answer answer={phoneAnswer(network, devices)} />
            </tr>
          ))}
        </tbody>
      </Table>
    </CardSection>
  );
}
