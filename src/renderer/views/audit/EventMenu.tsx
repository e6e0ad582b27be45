import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { ReactNode } from 'react';
import { MINUTE } from '#shared/domain/lengths.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { eventSubjectOf } from '../../entity/note-subject.ts';
import { kindOfAction } from '../../format/actions.ts';
import { countryName, deviceText } from '../../format/words.ts';
import { useMasked } from '../../parts/Address.tsx';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { changeAuditSearch, term, toggledTerm, useAuditSearch } from '../../store/audit-search.ts';
import { copyText } from '../../store/copy.ts';
import { bookmark } from '../../store/note-actions.ts';
import { goTo } from '../../store/route-store.ts';
import { openPanel } from '../../store/selection-store.ts';
import { settingsNow } from '../../store/settings-store.ts';
import { eventAsJson, eventAsMarkdown } from './event-text.ts';

export interface EventMenuAt {
  readonly row: AuditRow;
  readonly left: number;
  readonly top: number;
}

const AROUND_MS = 5 * MINUTE;

/** Everything that happened in the five minutes before and after an instant, whoever did it. */
export const showAround = (at: number): void => {
  changeAuditSearch({
    text: '',
    connection: null,
    period: { is: 'between', from: at - AROUND_MS, to: at + AROUND_MS },
  });
};

/** Adds a term to the search, as a press on a frequent value does. */
const keepOnly = (added: string): void => {
  const { text } = useAuditSearch.getState();
  if (!` ${text} `.includes(` ${added} `)) changeAuditSearch({ text: toggledTerm(text, added) });
};

/** What can be done with an event: what it leads to, and the list narrowed to any of its values. */
export function EventMenu(props: {
  readonly at: EventMenuAt | null;
  readonly onClose: () => void;
}): ReactNode {
  const { at, onClose } = props;
  const nameOf = useEnvironmentName();
  const masked = useMasked(at?.row.ip ?? null);
  if (at === null) return null;
  const { row } = at;
  const { account, ip, network, place, device, sessionId } = row;
  const environment = nameOf(row.connection);
  const words = device === null ? '' : deviceText(device);
  const ofNetwork =
    network === null ? null : network.asn === null ? network.organisation : `AS${String(network.asn)}`;
  const options = { masked: settingsNow().maskAddresses, environment };
  const item = (label: string, act: () => void, off = false) => (
    <MenuItem
      key={label}
      disabled={off}
      onClick={() => {
        onClose();
        act();
      }}
    >
      {label}
    </MenuItem>
  );
  const only = (label: string, ...terms: readonly string[]) =>
    item(`Only ${label}`, () => {
      for (const one of terms) keepOnly(one);
    });
  return (
    <Menu
      open
      onClose={onClose}
      anchorReference="anchorPosition"
      anchorPosition={{ left: at.left, top: at.top }}
      slotProps={{ list: { 'aria-label': 'Actions for this event', dense: true } }}
    >
      {sessionId === null
        ? null
        : item('Open the session', () => {
            openPanel({ connection: row.connection, id: sessionId });
          })}
      {item('What happened around it, ±5 min', () => {
        showAround(row.at);
      })}
      {item('Who was signed in then', () => {
        goTo('investigate', 'at', String(row.at));
      })}
      {item('Bookmark this event', () => void bookmark(eventSubjectOf(row)))}
      <Divider />
      {only(`“${kindOfAction(row.action)}”`, term('action', row.action))}
      {row.outcome === 'unknown' ? null : only(`what is a ${row.outcome}`, term('outcome', row.outcome))}
      {only(environment, term('env', environment))}
      {account === null ? null : only(account.name, term('user', account.name))}
      {ip === null || masked ? null : only(ip, `ip:${ip}`)}
      {place === null ? null : only(countryName(place.country), term('country', place.country))}
      {network === null || network.organisation === null
        ? null
        : only(network.organisation, term('network', network.organisation))}
      {device?.browser === null || device === null
        ? null
        : only(device.browser.name, term('browser', device.browser.name))}
      <Divider />
      {account === null || account.id === null
        ? null
        : item(`Everything about ${account.name}`, () => {
            if (account.id !== null) goTo('people', row.connection, account.id);
          })}
      {ip === null
        ? null
        : item(
            'Everything this address touched',
            () => {
              goTo('investigate', 'address', ip);
            },
            masked,
          )}
      {ofNetwork === null
        ? null
        : item('Everything this network touched', () => {
            goTo('investigate', 'network', ofNetwork);
          })}
      {device === null || words === ''
        ? null
        : item(`Everybody with ${words}`, () => {
            goTo('investigate', 'device', device.key);
          })}
      <Divider />
      {item('Copy as Markdown', () => void copyText(eventAsMarkdown(row, options), 'Event as Markdown'))}
      {item('Copy as JSON', () => void copyText(eventAsJson(row, options), 'Event as JSON'))}
    </Menu>
  );
}
