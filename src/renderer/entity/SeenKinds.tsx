import type { ReactNode } from 'react';
import type { PersonView } from '#shared/ipc/people-views.ts';
import { AddressLink, DeviceLink, NetworkLink } from '../parts/Links.tsx';
import { SeenTable } from './SeenTable.tsx';

// The same three tables stand on the page of a person and on those of an address, a network and a device.

type Rows<K extends 'addresses' | 'devices' | 'networks'> = { readonly rows: PersonView[K] };

export function SeenAddresses({ rows }: Rows<'addresses'>): ReactNode {
  return <SeenTable head="Address" rows={rows} id={(ip) => ip} show={(ip) => <AddressLink ip={ip} />} />;
}

export function SeenDevices({ rows }: Rows<'devices'>): ReactNode {
  return (
    <SeenTable
      head="Browser · system"
      rows={rows}
      id={({ key }) => key}
      show={({ key, browser, system, deviceClass }) => (
        <DeviceLink device={key}>
          {[browser, system, deviceClass].filter((part) => part !== null).join(' · ')}
        </DeviceLink>
      )}
    />
  );
}

export function SeenNetworks({ rows }: Rows<'networks'>): ReactNode {
  return (
    <SeenTable
      head="Network"
      rows={rows}
      id={({ asn, organisation }) => `${String(asn)} ${organisation ?? ''}`}
      show={(network) => <NetworkLink network={network} />}
    />
  );
}
