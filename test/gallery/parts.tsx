import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { NETWORK_KINDS } from '#shared/domain/place.ts';
import { DAY, epochMs, HOUR, MINUTE, SECOND } from '#shared/domain/units.ts';
import { Address } from '#renderer/parts/Address.tsx';
import { ChosenBar } from '#renderer/parts/ChosenBar.tsx';
import { ColourSquare, EnvironmentTag, ProductionMark } from '#renderer/parts/EnvironmentTag.tsx';
import { AddressLink, DeviceLink, EventAccount, NetworkLink, PersonLink } from '#renderer/parts/Links.tsx';
import { NameDialog } from '#renderer/parts/NameDialog.tsx';
import { IfRead } from '#renderer/parts/NothingRead.tsx';
import { OpenSession } from '#renderer/parts/OpenSession.tsx';
import { SavedViews } from '#renderer/parts/SavedViews.tsx';
import { SavedViewsDialog } from '#renderer/parts/SavedViewsDialog.tsx';
import { StaleNote } from '#renderer/parts/StaleNote.tsx';
import { TimeAgo, TimeOfDay } from '#renderer/parts/TimeText.tsx';
import { ENVIRONMENT_NAMES } from '#renderer/theme/tokens.ts';
import { each, type Entry } from './entry.ts';
import { BLOG, DESK, INTRANET, NOW, session, SHOP, WIKI } from './fixtures.ts';

const AGES: readonly (readonly [string, number])[] = [
  ['now', 0],
  ['seconds', 40 * SECOND],
  ['minutes', 12 * MINUTE],
  ['hours', 5 * HOUR],
  ['days', 3 * DAY],
  ['months', 90 * DAY],
];
const nothing = (): void => undefined;
const at = (age: number) => epochMs(NOW - age);

export const PART_ENTRIES: readonly Entry[] = [
  {
    component: 'EnvironmentTag',
    states: [
      ['production, quiet', () => <EnvironmentTag connection={SHOP} />],
      ['production, said', () => <EnvironmentTag connection={SHOP} tier="shown" />],
      ['staging', () => <EnvironmentTag connection={INTRANET} />],
      ['development', () => <EnvironmentTag connection={BLOG} />],
      ['removed', () => <EnvironmentTag connection={ConnectionId.parse('gone')} />],
    ],
  },
  {
    component: 'ProductionMark',
    states: [
      ['mark', () => <ProductionMark />],
      ['in rows', () => <ProductionMark quiet />],
    ],
  },
  {
    component: 'ColourSquare',
    states: ENVIRONMENT_NAMES.map((name, index) => [name, () => <ColourSquare index={index} />] as const),
  },
  {
    component: 'Address',
    states: [
      ['IPv4', () => <Address ip="203.0.113.77" of="last" />],
      ['IPv6', () => <Address ip="2001:db8:85a3::8a2e:370:7334" of="opened" />],
      ['not kept', () => <Address ip={null} />],
    ],
  },
  {
    component: 'PersonLink',
    states: [
      [
        'a name',
        () => <PersonLink at={{ connection: SHOP, id: AccountId.parse('7') }} name="Amara Okafor" />,
      ],
    ],
  },
  {
    component: 'EventAccount',
    states: [
      [
        'known to the store',
        () => (
          <EventAccount
            event={{ connection: SHOP, account: { id: AccountId.parse('7'), name: 'Amara Okafor' } }}
          />
        ),
      ],
      [
        'only typed',
        () => <EventAccount event={{ connection: SHOP, account: { id: null, name: 'admin' } }} />,
      ],
      ['none', () => <EventAccount event={{ connection: SHOP, account: null }} />],
    ],
  },
  { component: 'AddressLink', states: [['an address', () => <AddressLink ip="203.0.113.77" />]] },
  {
    component: 'NetworkLink',
    states: [
      ...each(NETWORK_KINDS, (kind) => (
        <NetworkLink network={{ asn: 64_500, organisation: 'Example Net', kind }} />
      )),
      ['unnamed', () => <NetworkLink network={{ asn: null, organisation: null, kind: null }} />],
    ],
  },
  {
    component: 'DeviceLink',
    states: [['a kind', () => <DeviceLink device="linux firefox desktop">Firefox · Linux</DeviceLink>]],
  },
  { component: 'OpenSession', states: [['in a list', () => <OpenSession row={session()} />]] },
  {
    component: 'ChosenBar',
    states: [['none selected', () => <ChosenBar live={[session(), session()]} />]],
  },
  {
    component: 'TimeAgo',
    states: [
      ...AGES.map(([name, age]) => [name, () => <TimeAgo at={at(age)} />] as const),
      ['not kept', () => <TimeAgo at={null} />],
    ],
  },
  {
    component: 'TimeOfDay',
    states: [
      ...AGES.map(([name, age]) => [name, () => <TimeOfDay at={at(age)} />] as const),
      ['not kept', () => <TimeOfDay at={null} />],
    ],
  },
  {
    component: 'IfRead',
    states: [
      ['something was read', () => <IfRead would="Sessions appear here.">Nobody is signed in</IfRead>],
      [
        'nothing yet',
        () => (
          <IfRead among={[WIKI]} would="Sessions appear here.">
            Nobody is signed in
          </IfRead>
        ),
      ],
      [
        'for the first time',
        () => (
          <IfRead among={[DESK]} would="Sessions appear here.">
            Nobody is signed in
          </IfRead>
        ),
      ],
    ],
  },
  { component: 'StaleNote', states: [['one is behind', () => <StaleNote among={[]} />]] },
  {
    component: 'SavedViews',
    states: [['closed', () => <SavedViews current={{ table: 'audit', search: '' }} onOpen={nothing} />]],
  },
  {
    component: 'SavedViewsDialog',
    over: true,
    states: [
      [
        'two views',
        () => (
          <SavedViewsDialog
            views={[
              { name: 'Failures at night', table: 'audit', search: 'outcome:failure hour:0..5' },
              { name: 'Everything', table: 'audit', search: '' },
            ]}
            onClose={nothing}
          />
        ),
      ],
    ],
  },
  {
    component: 'NameDialog',
    over: true,
    states: [
      [
        'a name that is taken',
        () => (
          <NameDialog
            title="Save this view"
            button="Save view"
            initial="Everything"
            taken={['Everything']}
            onName={nothing}
            onClose={nothing}
          />
        ),
      ],
    ],
  },
];
