import { memo, type CSSProperties, type ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { environmentKey } from '../theme/palette.ts';
import { shortDate } from '../format/time.ts';
import { clockNow, useFromClock } from '../store/clock.ts';
import { CELLS, lastSeenText } from './cells.tsx';
import type { Looks } from './looks.ts';

interface Props {
  readonly row: SessionRow;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  /** It stands below the head of its group. */
  readonly grouped: boolean;
  readonly chosen: boolean;
  readonly open: boolean;
  /** Which columns are shown, in order. */
  readonly columns: readonly string[];
  readonly looks: Looks;
}

/** What the row is called by assistive technology when it takes the focus. */
const nameOf = (row: SessionRow): string => row.account?.name ?? 'session without a person';
const squareOf = (colour: number): CSSProperties =>
  ({ '--wf-square': `var(--wf-palette-environment-${environmentKey(colour)})` }) as CSSProperties;
const nothing = (): void => undefined;

function View({ row, index, looks, ...props }: Props): ReactNode {
  // The row is drawn again when what it says of the time is another text.
  useFromClock(
    (now) =>
      `${shortDate(now, looks.zone)} ${row.lastSeenAt === null ? '' : lastSeenText(row.lastSeenAt, looks, now)}`,
  );
  const now = clockNow();
  return (
    <div
      role="row"
      className="wf-row"
      aria-rowindex={index + 2}
      aria-level={props.grouped ? 2 : undefined}
      aria-selected={props.chosen}
      data-index={index}
      data-open={props.open || undefined}
      data-ended={row.status === 'ended' || undefined}
      tabIndex={props.active ? 0 : -1}
      style={{ transform: `translateY(${String(props.top)}px)` }}
      draggable
    >
      <div role="gridcell" className="wf-cell">
        {/* The table hears the click on any of them. */}
        <input
          type="checkbox"
          className="wf-check"
          tabIndex={-1}
          checked={props.chosen}
          aria-label={`Select ${nameOf(row)}`}
          onChange={nothing}
        />
      </div>
      {props.columns.map((id) => {
        const { text, title, look, label, leads, ...data } = CELLS[id]?.(row, looks, now) ?? NONE;
        const summed = leads !== undefined && leads !== null;
        return (
          <div
            key={id}
            role="gridcell"
            className={look === undefined ? 'wf-cell' : `wf-cell ${look}`}
            title={summed ? undefined : title}
            aria-label={label}
            data-leads={leads ?? undefined}
            data-detail={summed ? title : undefined}
            data-status={data.status}
            data-tier={data.tier}
            style={data.environment === undefined ? undefined : squareOf(data.environment)}
          >
            {text}
          </div>
        );
      })}
    </div>
  );
}
const NONE = { text: '', title: undefined } as ReturnType<(typeof CELLS)[string]>;

/** One session in the table. Drawn again only when its own facts change. */
export const SessionRowView = memo(View);
