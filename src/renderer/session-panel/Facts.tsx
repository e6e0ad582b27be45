import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Address, useMasked } from '../parts/Address.tsx';
import { revealAddress } from '../store/revealed-store.ts';
import { AddressLink, NetworkLink } from '../parts/Links.tsx';
import { Marks } from '../components/Marks.tsx';
import { TimeAgo, TimeOfDay } from '../parts/TimeText.tsx';
import { Unknown } from '../components/Unknown.tsx';
import { causeText } from '../format/actions.ts';
import { duration } from '../format/time.ts';
import { deviceDetail, placeDoubts, placeText } from '../format/words.ts';
import { Section } from './Section.tsx';

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <Box component="dt" sx={{ color: 'text.secondary' }}>
        {name}
      </Box>
      <Box component="dd" sx={{ m: 0, minWidth: 0, overflowWrap: 'anywhere' }}>
        {children}
      </Box>
    </>
  );
}

function UserAgent({ text }: { readonly text: string | null }): ReactNode {
  const [open, setOpen] = useState(false);
  if (text === null) return <Unknown why="The store does not keep the user agent" />;
  return (
    <>
      <Button
        variant="text"
        aria-expanded={open}
        sx={{ px: 0, py: 0 }}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? 'Hide' : 'Show exactly'}
      </Button>
      {open ? (
        <Box sx={(theme) => ({ ...theme.typography.mono, userSelect: 'text' })} data-testid="user-agent">
          {text === '' ? '(empty)' : text}
        </Box>
      ) : null}
    </>
  );
}

function Where({ row }: { readonly row: SessionRow }): ReactNode {
  const masked = useMasked(row.ip);
  const { ip, place, network } = row;
  return (
    <>
      <Fact name="Address">
        {ip === null || masked ? <Address ip={ip} of={row.ipOf} /> : <AddressLink ip={ip} />}
        {row.ipOf === 'opened' ? ' at sign-in' : null}
        {masked && ip !== null ? (
          <Button
            variant="text"
            sx={{ py: 0, ml: 1 }}
            onClick={() => {
              void revealAddress(ip, row.connection);
            }}
          >
            Show
          </Button>
        ) : null}
      </Fact>
      <Fact name="Place">
        {place === null ? (
          <Unknown why="No database gives a place for this address" />
        ) : (
          <span title={placeDoubts(place)}>
            {placeText(place)}
            <Box component="span" sx={{ color: 'text.secondary' }}>
              {place.accuracyKm === null
                ? ' · no radius given'
                : ` · within about ${String(place.accuracyKm)} km`}
              {place.disagrees ? ' · databases disagree' : ''}
            </Box>
          </span>
        )}
      </Fact>
      <Fact name="Network">
        {network === null ? (
          <Unknown why="No list names the network of this address" />
        ) : (
          <>
            <NetworkLink network={network} />
            {network.asn === null ? '' : ` · AS${String(network.asn)}`}
          </>
        )}
      </Fact>
    </>
  );
}

/** One line for each fact; what is not known is a dash with its reason. */
export function Facts({ row }: { readonly row: SessionRow }): ReactNode {
  const device = row.device === null ? '' : deviceDetail(row.device);
  const lived = row.openedAt !== null && row.endedAt !== null ? duration(row.endedAt - row.openedAt) : null;
  return (
    <Section title="Session">
      <Box
        component="dl"
        sx={{ m: 0, display: 'grid', gridTemplateColumns: 'max-content 1fr', columnGap: 4, rowGap: 1 }}
      >
        <Fact name="Roles">
          {row.roles.length === 0 ? (
            <Unknown why="The store names no roles for this account" />
          ) : (
            row.roles.join(', ')
          )}
        </Fact>
        <Fact name="Signed in">
          <TimeOfDay at={row.openedAt} missing="This store does not keep when a session was opened" />
        </Fact>
        <Fact name="Last seen">
          <TimeAgo at={row.lastSeenAt} missing="This store keeps no last activity" />
        </Fact>
        {row.endedAt === null ? (
          <Fact name="Expires">
            <TimeOfDay at={row.expiresAt} missing="This store does not say when the session expires" />
          </Fact>
        ) : (
          <Fact name="Ended">
            <TimeOfDay at={row.endedAt} />
            {row.cause === null ? null : `, ${causeText(row.cause)}`}
            {lived === null ? null : `, after ${lived}`}
          </Fact>
        )}
        <Where row={row} />
        <Fact name="Browser, system">
          {device === '' ? (
            <Unknown why="The user agent names nothing that is known, or is not kept" />
          ) : (
            device
          )}
        </Fact>
        <Fact name="User agent">
          <UserAgent key={row.id} text={row.userAgent} />
        </Fact>
        <Fact name="Marks">
          <Marks row={row} />
        </Fact>
        {row.via === null ? null : <Fact name="Used by">{`${row.via.name} works as this person`}</Fact>}
      </Box>
    </Section>
  );
}
