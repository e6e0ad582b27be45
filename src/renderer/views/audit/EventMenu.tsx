import type { ReactNode } from 'react';
import { MINUTE } from '#shared/domain/lengths.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { action, ActionMenu, type MenuPlace } from '../../components/ActionMenu.tsx';
import { eventSubjectOf } from '../../entity/note-subject.ts';
import { kindOfAction } from '../../format/actions.ts';
import { countryName, deviceText } from '../../format/words.ts';
import { useMasked } from '../../parts/Address.tsx';
import { pageActions } from '../../parts/page-actions.ts';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { changeAuditSearch, term, useAuditSearch, withTerm } from '../../store/audit-search.ts';
import { copyText } from '../../store/copy.ts';
import { bookmark } from '../../store/note-actions.ts';
import { goTo } from '../../store/route-store.ts';
import { openPanel } from '../../store/selection-store.ts';
import { settingsNow } from '../../store/settings-store.ts';
import { eventAsJson, eventAsMarkdown } from './event-text.ts';

export interface EventMenuAt extends MenuPlace {
  readonly row: AuditRow;
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

const keepOnly = (added: string): void =>
  changeAuditSearch({ text: withTerm(useAuditSearch.getState().text, added) });

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
  const browser = device?.browser ?? null;
  const environment = nameOf(row.connection);
  const words = device === null ? '' : deviceText(device);
  const options = { masked: settingsNow().maskAddresses, environment };
  return (
    <ActionMenu
      at={at}
      label="Actions for this event"
      onClose={onClose}
      entries={[
        sessionId === null
          ? null
          : action('Open the session', () => {
              openPanel({ connection: row.connection, id: sessionId });
            }),
        action('What happened around it, ±5 min', () => {
          showAround(row.at);
        }),
        action('Who was signed in then', () => {
          goTo('investigate', 'at', String(row.at));
        }),
        action('Bookmark this event', () => void bookmark(eventSubjectOf(row))),
        'divider',
        action(`Only “${kindOfAction(row.action)}”`, () => keepOnly(term('action', row.action))),
        row.outcome === 'unknown'
          ? null
          : action(`Only what is a ${row.outcome}`, () => keepOnly(term('outcome', row.outcome))),
        action(`Only ${environment}`, () => keepOnly(term('env', environment))),
        account === null ? null : action(`Only ${account.name}`, () => keepOnly(term('user', account.name))),
        ip === null || masked ? null : action(`Only ${ip}`, () => keepOnly(`ip:${ip}`)),
        place === null
          ? null
          : action(`Only ${countryName(place.country)}`, () => keepOnly(term('country', place.country))),
        network === null || network.organisation === null
          ? null
          : action(`Only ${network.organisation}`, () => keepOnly(term('network', network.organisation))),
        browser === null
          ? null
          : action(`Only ${browser.name}`, () => keepOnly(term('browser', browser.name))),
        'divider',
        ...pageActions({ ...row, masked }),
        device === null || words === ''
          ? null
          : action(`Everybody with ${words}`, () => {
              goTo('investigate', 'device', device.key);
            }),
        'divider',
        action('Copy as Markdown', () => void copyText(eventAsMarkdown(row, options), 'Event as Markdown')),
        action('Copy as JSON', () => void copyText(eventAsJson(row, options), 'Event as JSON')),
      ]}
    />
  );
}
