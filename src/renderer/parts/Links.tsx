import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import type { Network } from '#shared/domain/place.ts';
import type { AccountAt } from '#shared/ipc/people-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { networkText, networkValue } from '../format/words.ts';
import { hrefOf } from '../store/route-store.ts';
import { Unknown } from '../components/Unknown.tsx';
import { Address, useMaskedText } from './Address.tsx';

const quiet = {
  color: 'inherit',
  textDecorationColor: 'transparent',
  '&:hover': { color: 'accent.text', textDecorationColor: 'currentColor' },
} as const;

// What a link leads to is said by its summary (shell/LinkSummary.tsx), so none has a title besides.

/** A person's name that leads to the person's page. */
export function PersonLink(props: { readonly at: AccountAt; readonly name: string }): ReactNode {
  return (
    <Link sx={quiet} href={hrefOf('people', props.at.connection, props.at.id)} data-name={props.name}>
      {props.name}
    </Link>
  );
}

/** Whom an event names: one that the store knows leads to the person's page, a name that was only typed does not. */
export function EventAccount(props: { readonly event: Pick<AuditRow, 'connection' | 'account'> }): ReactNode {
  const { connection, account } = props.event;
  if (account === null) return <Unknown why="The event names no account" />;
  if (account.id === null) return account.name;
  return <PersonLink at={{ connection, id: account.id }} name={account.name} />;
}

/** An address that leads to everything it touched. */
export function AddressLink({ ip }: { readonly ip: string }): ReactNode {
  const shown = useMaskedText()(ip);
  return (
    <Link
      sx={quiet}
      href={hrefOf('investigate', 'address', ip)}
      aria-label={`Everything that ${shown} touched`}
    >
      <Address ip={ip} summed />
    </Link>
  );
}

/** A network that leads to everything it touched. */
export function NetworkLink({
  network,
}: {
  readonly network: Pick<Network, 'asn' | 'organisation' | 'kind'>;
}): ReactNode {
  const value = networkValue(network);
  const text = networkText(network);
  if (value === null) {
    return text === '' ? <Unknown why="No list names the network of this address" /> : text;
  }
  return (
    <Link sx={quiet} href={hrefOf('investigate', 'network', value)}>
      {text}
    </Link>
  );
}

/** A kind of device that leads to everybody who uses it. */
export function DeviceLink(props: { readonly device: string; readonly children: ReactNode }): ReactNode {
  return (
    <Link sx={quiet} href={hrefOf('investigate', 'device', props.device)}>
      {props.children}
    </Link>
  );
}
