import { useEffect, useState, type ReactNode } from 'react';
import { action, ActionMenu, type MenuPlace } from '../components/ActionMenu.tsx';
import { useMasked } from '../parts/Address.tsx';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { changeAuditSearch } from '../store/audit-search.ts';
import { copyText } from '../store/copy.ts';
import { bookmark } from '../store/note-actions.ts';
import { previewEnding } from '../store/respond-store.ts';
import { goTo } from '../store/route-store.ts';
import { NO_FILTER, useSessionsFilter } from '../store/session-filter.ts';
import { linkedThing, searchFor, subjectFor, type ActedOn } from './linked-thing.ts';

interface MenuAt extends MenuPlace {
  readonly thing: ActedOn;
}

const linkOf = (event: Event): HTMLAnchorElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#/"]') : null;
const thingAt = (link: HTMLAnchorElement): ActedOn | null => {
  const thing = linkedThing(link.getAttribute('href') ?? '', link.dataset['name']);
  return thing?.kind === 'environment' ? null : thing;
};

const PAGE: Readonly<Record<ActedOn['kind'], string>> = {
  person: 'Everything about this person',
  address: 'Everything this address touched',
  network: 'Everything this network touched',
  device: 'Everybody with this kind of device',
};

function openPage(thing: ActedOn): void {
  if (thing.kind === 'person') goTo('people', thing.connection, thing.id);
  else goTo('investigate', thing.kind, thing.value);
}
function showSessions(thing: ActedOn, search: string): void {
  useSessionsFilter.setState({
    ...NO_FILTER,
    state: 'all',
    ...(thing.kind === 'person'
      ? { account: { connection: thing.connection, id: thing.id, name: thing.name } }
      : { search }),
  });
  goTo('sessions');
}
function showEvents(thing: ActedOn, search: string): void {
  changeAuditSearch({ text: search, connection: thing.kind === 'person' ? thing.connection : null });
  goTo('audit');
}

/**
 * The menu of whatever a link leads to: a person, an address, a network or a kind of device, the same wherever it stands.
 * Rows that have a menu of their own keep it. A link that is dragged out is the name that it shows.
 */
export function LinkMenu(): ReactNode {
  const [at, setAt] = useState<MenuAt | null>(null);
  const nameOf = useEnvironmentName();
  const masked = useMasked(at?.thing.kind === 'address' ? at.thing.value : null);
  useEffect(() => {
    const onMenu = (event: MouseEvent) => {
      const link = event.defaultPrevented ? null : linkOf(event);
      const thing = link === null ? null : thingAt(link);
      if (link === null || thing === null) return;
      event.preventDefault();
      const box = link.getBoundingClientRect();
      const byKey = event.button !== 2;
      setAt({ thing, left: byKey ? box.left : event.clientX, top: byKey ? box.bottom : event.clientY });
    };
    const onDrag = (event: DragEvent) => {
      const link = linkOf(event);
      if (link === null || event.dataTransfer === null) return;
      event.dataTransfer.clearData();
      event.dataTransfer.setData('text/plain', link.textContent);
    };
    document.addEventListener('contextmenu', onMenu);
    document.addEventListener('dragstart', onDrag);
    return () => {
      document.removeEventListener('contextmenu', onMenu);
      document.removeEventListener('dragstart', onDrag);
    };
  }, []);
  if (at === null) return null;
  const { thing } = at;
  const search = searchFor(thing);
  const close = () => {
    setAt(null);
  };
  return (
    <ActionMenu
      at={at}
      label={`Actions for this ${thing.kind}`}
      onClose={close}
      entries={[
        action(
          PAGE[thing.kind],
          () => {
            openPage(thing);
          },
          masked,
        ),
        ...(search === null
          ? []
          : [
              action(
                thing.kind === 'person' ? 'Their sessions' : 'Its sessions',
                () => {
                  showSessions(thing, search);
                },
                masked,
              ),
              action(
                thing.kind === 'person' ? 'Their events' : 'Its events',
                () => {
                  showEvents(thing, search);
                },
                masked,
              ),
            ]),
        thing.kind === 'person'
          ? action(
              `Sign out ${thing.name} in ${nameOf(thing.connection)}…`,
              () =>
                void previewEnding([{ connection: thing.connection, selector: { accounts: [thing.id] } }]),
            )
          : null,
        'divider',
        action('Bookmark', () => void bookmark(subjectFor(thing)), masked),
        thing.kind === 'person'
          ? action('Copy person', () => void copyText(thing.name, 'Person'))
          : thing.kind === 'address'
            ? action('Copy address', () => void copyText(thing.value, 'Address'), masked)
            : thing.kind === 'network'
              ? action('Copy network', () => void copyText(thing.value, 'Network'))
              : null,
      ]}
    />
  );
}
