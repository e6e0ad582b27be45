import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { DAY, HOUR } from '#shared/domain/lengths.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { Bars } from '../../components/Bars.tsx';
import { Choice } from '../../components/Choice.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { Heading } from '../../components/Heading.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { IfRead } from '../../parts/NothingRead.tsx';
import { QuerySearch } from '../../parts/QuerySearch.tsx';
import { SavedViews } from '../../parts/SavedViews.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { CoverageNote } from '../../entity/CoverageNote.tsx';
import { shortDate, shortTime, type Zone } from '../../format/time.ts';
import { count } from '../../format/words.ts';
import {
  backAuditSearch,
  barsOver,
  changeAuditSearch,
  term,
  useAuditSearch,
  wholeSearch,
  type Period,
} from '../../store/audit-search.ts';
import { useRoute } from '../../store/route-store.ts';
import { openView } from '../../store/saved-views.ts';
import { useRowKeys } from '../../store/use-row-keys.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useAudit } from '../../store/use-audit.ts';
import { useHistogram } from '../../store/use-histogram.ts';
import { AuditTable } from './AuditTable.tsx';
import { showAround } from './EventMenu.tsx';
import { Facets } from './Facets.tsx';
import { SignOutThese } from './SignOutThese.tsx';

const LENGTHS: readonly (readonly [string, string])[] = [
  [String(HOUR), 'Last hour'],
  [String(DAY), 'Last 24 hours'],
  [String(7 * DAY), 'Last 7 days'],
  [String(30 * DAY), 'Last 30 days'],
  [String(90 * DAY), 'Last 90 days'],
  [String(365 * DAY), 'Last 365 days'],
];

function PeriodChoice({ period, zone }: { readonly period: Period; readonly zone: Zone }): ReactNode {
  const between =
    period.is === 'between'
      ? `${shortDate(period.from, zone)} ${shortTime(period.from, zone)} – ${shortDate(period.to, zone)} ${shortTime(period.to, zone)}`
      : null;
  return (
    <Choice
      quiet
      label="Period"
      value={period.is === 'last' ? String(period.ms) : 'between'}
      options={between === null ? LENGTHS : [['between', between], ...LENGTHS]}
      onChange={(value) => {
        if (value !== 'between') changeAuditSearch({ period: { is: 'last', ms: Number(value) } });
      }}
    />
  );
}

/** Every event of every store: when, which, and what around it. */
export function AuditView(): ReactNode {
  const { text, connection, period, before } = useAuditSearch();
  const zone = useSettings((state) => state.settings.timeZone);
  const rest = useRoute((route) => route.rest);
  useEffect(() => {
    // `#/audit/around/<ms>`: what happened around a bookmarked event.
    const [action, outcome] = rest;
    if (action === undefined) return;
    if (action === 'around') {
      const at = Number(outcome);
      if (Number.isSafeInteger(at)) showAround(at);
      return;
    }
    // `#/audit/login/failure`: what a figure or a link narrows the list to.
    const terms = [term('action', action), ...(outcome === undefined ? [] : [term('outcome', outcome)])];
    changeAuditSearch({ text: terms.join(' '), connection: null });
  }, [rest]);
  const scroller = useRef<HTMLDivElement>(null);
  useRowKeys(scroller);
  // The instant that “the last hour” counts from: it stands until somebody asks for the newest.
  const [now, setNow] = useState(() => Date.now());
  const parsed = parseQuery(text, 'audit');
  const scope = {
    search: wholeSearch(text, period, now),
    zone,
    ...(connection === null ? {} : { connections: [connection] }),
  };
  const audit = useAudit(parsed.ok ? scope : null);
  const bars = barsOver(period, now);
  const histogram = useHistogram(parsed.ok ? { ...scope, table: 'audit', ...bars } : null);
  const newest = (): void => {
    setNow(Date.now());
    audit.again();
    scroller.current?.scrollTo({ top: 0 });
  };
  const fault = parsed.ok
    ? null
    : {
        code: 'SEARCH',
        message: `${parsed.error.message} (at “${text.slice(parsed.error.offset, parsed.error.offset + Math.max(1, parsed.error.length))}”, character ${String(parsed.error.offset + 1)})`,
        ...(parsed.error.suggestion === null ? {} : { advice: parsed.error.suggestion }),
      };
  const problem = fault ?? audit.problem ?? histogram?.problem ?? null;
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading
        title="Audit"
        actions={
          <>
            {before.length === 0 ? null : <Button onClick={backAuditSearch}>Back</Button>}
            <SignOutThese rows={audit.rows ?? []} />
            <Button onClick={newest}>{audit.fresh === 0 ? 'Newest' : `${count(audit.fresh)} new`}</Button>
          </>
        }
      >
        <QuerySearch
          table="audit"
          label='Search: user:anna outcome:failure ip:10.0.0.0/8 "wp-login"'
          value={text}
          onChange={(next) => {
            changeAuditSearch({ text: next });
          }}
        />
        <SavedViews
          current={{
            table: 'audit',
            search: text,
            period,
            ...(connection === null ? {} : { connections: [connection] }),
          }}
          onOpen={openView}
        />
        <EnvironmentChoice
          value={connection}
          onChange={(next) => {
            changeAuditSearch({ connection: next });
          }}
        />
        <PeriodChoice period={period} zone={zone} />
        <CoverageNote coverage={audit.coverage} />
      </Heading>
      {problem === null ? null : (
        <ProblemBox flat problem={problem} {...(fault === null ? { onAgain: audit.again } : {})} />
      )}
      {histogram === null ? null : (
        <Bars
          of="event"
          {...bars}
          counts={histogram.counts.slice(0, bars.steps)}
          countedFrom={histogram.countedFrom}
          done={histogram.done}
          zone={zone}
          onChoose={({ from, to }) => {
            changeAuditSearch({ period: { is: 'between', from, to } });
          }}
        />
      )}
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
        {parsed.ok ? <Facets request={scope} /> : null}
        <Box
          ref={scroller}
          tabIndex={0}
          role="region"
          aria-label="Events"
          sx={{
            flex: 1,
            minHeight: 0,
            minWidth: 0,
            overflow: 'auto',
            bgcolor: 'background.paper',
            containerType: 'inline-size',
          }}
        >
          {audit.rows === null && problem === null ? <Waiting what="events" lines={12} /> : null}
          {audit.rows?.length === 0 ? (
            <IfRead
              among={connection === null ? [] : [connection]}
              would="Sign-ins, sign-outs and account changes appear here as soon as an agent has read them."
            >
              <EmptyState
                title={text.trim() === '' ? 'No event in this period' : 'No event fits'}
                action={
                  <Button
                    onClick={() => {
                      changeAuditSearch({
                        text: '',
                        connection: null,
                        period: { is: 'last', ms: 365 * DAY },
                      });
                    }}
                  >
                    Show the last 365 days
                  </Button>
                }
              >
                Sign-ins, sign-outs and account changes appear here as soon as an agent has read them.
              </EmptyState>
            </IfRead>
          ) : null}
          {audit.rows === null || audit.rows.length === 0 ? null : (
            <AuditTable rows={audit.rows} scroller={scroller} onEnd={audit.more} />
          )}
        </Box>
      </Box>
    </Box>
  );
}
