import { styled } from '@mui/material/styles';
import { memo, type ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { actionTitle, reasonText } from '../../format/actions.ts';
import { bothTimes, clockTime, type Zone } from '../../format/time.ts';
import { count, deviceText, placeText } from '../../format/words.ts';
import { openPanel } from '../../store/selection-store.ts';

interface Props {
  readonly row: AuditRow;
  readonly times: number;
  readonly zone: Zone;
}

function titleOf(row: AuditRow, times: number): string {
  const title = actionTitle(row);
  if (times === 1) return title;
  if (row.action === 'login' && row.outcome === 'failure') return `${count(times)} failed sign-ins`;
  return `${title}, ${count(times)} times`;
}

const detailOf = (row: AuditRow): string =>
  [
    row.account?.name ?? null,
    row.place === null ? null : placeText(row.place),
    row.device === null ? null : deviceText(row.device),
    row.reason === null ? null : reasonText(row.reason),
    row.action === 'activity' ? row.message : null,
    row.actor === null ? null : `by ${row.actor}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');

function Line({ row, times, zone }: Props): ReactNode {
  const failed = row.outcome === 'failure';
  const { sessionId } = row;
  const detail = detailOf(row);
  const title = titleOf(row, times);
  return (
    <li className="wf-happened">
      <time dateTime={new Date(row.at).toISOString()} title={bothTimes(row.at)}>
        {clockTime(row.at, zone)}
      </time>
      <div>
        <div className="wf-what" data-failed={failed || undefined}>
          {sessionId === null ? (
            <span>{title}</span>
          ) : (
            <button
              type="button"
              onClick={() => {
                openPanel({ connection: row.connection, id: sessionId });
              }}
            >
              {title}
            </button>
          )}
          <span className="wf-where">
            <EnvironmentTag connection={row.connection} />
          </span>
        </div>
        <div className="wf-detail" title={detail}>
          {detail}
        </div>
      </div>
    </li>
  );
}

/** One thing that happened, or the same thing several times. */
export const FeedLine = memo(Line);

/** What holds the lines. A burst draws all of them anew, so their looks are worked out once, for the list. */
export const FeedList = styled('ol')(({ theme }) => ({
  flex: 1,
  minHeight: 0,
  overflowY: 'auto',
  margin: 0,
  padding: 0,
  listStyle: 'none',
  '& > .wf-happened': {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    columnGap: theme.spacing(2.5),
    padding: theme.spacing(1.5, 4),
    borderBottom: `1px solid ${theme.vars.palette.divider}`,
    // What is further down is neither laid out nor painted before it is scrolled to.
    contentVisibility: 'auto',
    containIntrinsicBlockSize: `auto ${theme.spacing(12)}`,
  },
  '& time': { ...theme.typography.mono, color: theme.vars.palette.text.secondary },
  '& > .wf-happened > div': { minWidth: 0 },
  '& .wf-what': {
    display: 'flex',
    gap: theme.spacing(2),
    alignItems: 'baseline',
    fontWeight: 500,
  },
  '& .wf-what > :first-of-type': { flex: 1, textAlign: 'left' },
  '& .wf-what[data-failed] > :first-of-type': { color: theme.vars.palette.severity.high },
  '& button': {
    font: 'inherit',
    color: theme.vars.palette.text.primary,
    background: 'none',
    border: 0,
    padding: 0,
    cursor: 'pointer',
    userSelect: 'text',
  },
  '& button:hover': { textDecoration: 'underline' },
  '& .wf-where': {
    ...theme.typography.caption,
    fontWeight: 400,
    color: theme.vars.palette.text.secondary,
    maxWidth: '60%',
    whiteSpace: 'nowrap',
  },
  '& .wf-detail': {
    color: theme.vars.palette.text.secondary,
    overflow: 'hidden',
    display: '-webkit-box',
    WebkitLineClamp: 2,
    WebkitBoxOrient: 'vertical',
    overflowWrap: 'anywhere',
  },
}));
