import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useState, type ReactNode, type RefObject } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { Address } from '../../parts/Address.tsx';
import { AddressLink, DeviceLink, EventAccount, NetworkLink } from '../../parts/Links.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { TextButton } from '../../components/TextButton.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { actionTitle } from '../../format/actions.ts';
import { bothTimes, clockTime, shortDate } from '../../format/time.ts';
import { deviceDetail, deviceText, networkDetail, placeDoubts, placeText } from '../../format/words.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { EventMenu, showAround, type EventMenuAt } from './EventMenu.tsx';
import { eventDetails } from './event-text.ts';

/** From the beginning of a line to the menu that a key opens. */
const MENU_PX = 120;
const NO_ADDRESS = 'The store does not log an address for this event';

function Row({
  row,
  height,
  onMenu,
}: {
  readonly row: AuditRow;
  readonly height: number;
  readonly onMenu: (at: EventMenuAt) => void;
}): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const { sessionId, device } = row;
  const words = device === null ? '' : deviceText(device);
  return (
    <Box
      component="tr"
      sx={{ '&:hover': { bgcolor: 'surface.hover' } }}
      style={{ height }}
      // Of the mouse, and of the keys that open a menu while the line has the focus.
      onContextMenu={(event) => {
        event.preventDefault();
        const box = event.currentTarget.getBoundingClientRect();
        const byKey = event.button !== 2;
        onMenu({
          row,
          left: byKey ? box.left + MENU_PX : event.clientX,
          top: byKey ? box.bottom : event.clientY,
        });
      }}
    >
      <Box
        component="td"
        className="time"
        sx={(theme) => ({ ...theme.typography.mono, whiteSpace: 'nowrap' })}
      >
        <time dateTime={new Date(row.at).toISOString()} title={bothTimes(row.at)}>
          {shortDate(row.at, zone)} {clockTime(row.at, zone)}
        </time>
      </Box>
      <td className="name">
        <EnvironmentTag connection={row.connection} />
      </td>
      <Box
        component="td"
        sx={{ fontWeight: 500, color: row.outcome === 'failure' ? 'severity.high' : 'text.primary' }}
      >
        {actionTitle(row)}
      </Box>
      <td title={row.account?.name}>
        <EventAccount event={row} />
      </td>
      <td>{row.ip === null ? <Address ip={null} /> : <AddressLink ip={row.ip} />}</td>
      <td>
        {row.place === null ? (
          <Unknown why={NO_ADDRESS} />
        ) : (
          <span title={placeDoubts(row.place)}>{placeText(row.place)}</span>
        )}
      </td>
      <td>
        {row.network === null ? (
          <Unknown why={NO_ADDRESS} />
        ) : (
          <span title={networkDetail(row.network)}>
            <NetworkLink network={row.network} />
          </span>
        )}
      </td>
      <td>
        {device === null || words === '' ? (
          <Unknown why="The event carries no user agent that is known" />
        ) : (
          <span title={deviceDetail(device)}>
            <DeviceLink device={device.key}>{words}</DeviceLink>
          </span>
        )}
      </td>
      <Box component="td" className="details" title={eventDetails(row)}>
        {eventDetails(row)}
      </Box>
      <td>
        <Box component="span" sx={{ display: 'inline-flex', gap: 2 }}>
          <TextButton
            label={`What happened around this event: ${actionTitle(row)}`}
            title="Everything in the five minutes before and after"
            onPress={() => {
              showAround(row.at);
            }}
          >
            ±5 min
          </TextButton>
          {sessionId === null ? null : (
            <TextButton
              label={`Open the session of this event: ${row.account?.name ?? 'no account'}`}
              onPress={() => {
                openPanel({ connection: row.connection, id: sessionId });
              }}
            >
              Session
            </TextButton>
          )}
        </Box>
      </td>
    </Box>
  );
}
const AuditLine = memo(Row);

const HEADS = [
  'Time',
  'Environment',
  'Action',
  'Person',
  'Address',
  'Place',
  'Network',
  'Browser · system',
  'Details',
  'Open',
];

/** In the order of the heads; `auto`: an equal part of what is left. */
const WIDTHS: readonly string[] = [
  '7.8rem',
  'max(7.6rem, 6cqw)',
  'max(6.6rem, 7cqw)',
  'max(6rem, 8cqw)',
  'max(7.7rem, 11cqw)',
  'auto',
  'auto',
  'auto',
  'auto',
  '7rem',
];

/** Plain texts and numbers: the theme’s type of styles has more alternatives than the compiler follows here. */
const TABLE: Record<string, Record<string, string | number | { display: string }>> = {
  '& thead th': { position: 'sticky', top: 0, bgcolor: 'background.paper', zIndex: 1 },
  // Not hidden: a link that the keyboard reaches would be scrolled, and its beginning out of the cell.
  '& td, & th': { overflow: 'clip', textOverflow: 'ellipsis' },
  '& td': { whiteSpace: 'nowrap', py: 0, verticalAlign: 'middle' },
  // What is worth a place in any window has one; the others share the rest. All of it fits without scrolling sideways.
  ...Object.fromEntries(
    WIDTHS.map((width, index) => [`& thead th:nth-of-type(${String(index + 1)})`, { width }]),
  ),
  // The panel of a session says them where there is no room.
  '@container (max-width: 66rem)': { '& :is(th, td):nth-of-type(8)': { display: 'none' } },
  '@container (max-width: 58rem)': { '& :is(th, td):nth-of-type(7)': { display: 'none' } },
};

/** Events as rows; only those in sight are in the page. `onEnd` is called when the last of them comes into sight. */
export function AuditTable(props: {
  readonly rows: readonly AuditRow[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onEnd: (() => void) | null;
}): ReactNode {
  const { rows, scroller, onEnd } = props;
  const { row: height } = useTheme();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  });
  useEffect(() => {
    virtual.measure();
  }, [virtual, height]);
  const [menu, setMenu] = useState<EventMenuAt | null>(null);
  const onMenu = useCallback((at: EventMenuAt) => {
    setMenu(at);
  }, []);
  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const atEnd = last !== undefined && last.index >= rows.length - 1;
  useEffect(() => {
    if (atEnd) onEnd?.();
  }, [atEnd, onEnd]);
  const before = first?.start ?? 0;
  const after = virtual.getTotalSize() - (last?.end ?? 0);
  return (
    <>
      <EventMenu
        at={menu}
        onClose={() => {
          setMenu(null);
        }}
      />
      <Table aria-rowcount={rows.length + 1} sx={TABLE} style={{ tableLayout: 'fixed' }}>
        <TableHead heads={HEADS} />
        <tbody>
          {before === 0 ? null : (
            <tr aria-hidden="true">
              <td style={{ height: before, padding: 0, border: 0 }} />
            </tr>
          )}
          {items.flatMap((item) => {
            const row = rows[item.index];
            return row === undefined
              ? []
              : [<AuditLine key={`${row.connection} ${row.id}`} row={row} height={height} onMenu={onMenu} />];
          })}
          {after <= 0 ? null : (
            <tr aria-hidden="true">
              <td style={{ height: after, padding: 0, border: 0 }} />
            </tr>
          )}
        </tbody>
      </Table>
    </>
  );
}
