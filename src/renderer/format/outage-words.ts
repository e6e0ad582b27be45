import type { Outage, OutageHistory } from '#shared/ipc/desk-views.ts';
import { DAY, MINUTE } from '#shared/domain/lengths.ts';
import { duration } from './time.ts';

const WHAT: Readonly<Record<Outage['is'], string>> = {
  offline: 'The agent was not connected',
  'store-down': 'The agent could not read its store',
  'store-degraded': 'The agent could read part of its store only',
};
/** Codes that the log keeps, as a person says them; words stay as they are. */
const WHY: Readonly<Record<string, string>> = {
  UNREACHABLE: 'it did not answer',
  CLOSED: 'the connection ended',
  HANDSHAKE_TIMEOUT: 'it did not greet in time',
  CERTIFICATE: 'its certificate was not trusted',
  PINNED_KEY: 'it showed another key than the pinned one',
  UNAUTHENTICATED: 'it did not accept the token',
  TOKEN_REVOKED: 'the token was revoked',
  SHUTTING_DOWN: 'it was shut down',
  PROXY_UNREACHABLE: 'the proxy did not answer',
  PROXY_REFUSED: 'the proxy did not lead to it',
  PROXY_CREDENTIALS: 'the proxy did not accept name and password',
};

export const outageWords = ({ is, why }: Pick<Outage, 'is' | 'why'>): string =>
  why === '' ? WHAT[is] : `${WHAT[is]}: ${WHY[why] ?? why}`;

/** What a strip says; `since`: from when on anything is known, where that is later than its beginning. */
export function stripWords(awayMs: number, since: string | null): string {
  const said = awayMs === 0 ? 'seen all the time' : `not seen for ${duration(awayMs)}`;
  return since === null ? said : `${said} since ${since}`;
}

interface StripPart {
  readonly is: Outage['is'] | 'unknown';
  /** From 0, the beginning of the period, to 1, its end. */
  readonly from: number;
  readonly to: number;
}

/** A period as parts of a strip. `away`: ms in which nothing could be seen, each counted once. */
export function stripOf(
  history: Pick<OutageHistory, 'since' | 'outages'>,
  from: number,
  to: number,
): { readonly parts: readonly StripPart[]; readonly away: number } {
  const clamp = (at: number): number => Math.min(to, Math.max(from, at));
  const share = (at: number): number => (clamp(at) - from) / (to - from);
  const inside = history.outages.filter((outage) => outage.from < to && (outage.to ?? to) > from);
  const parts: StripPart[] = inside.map(({ is, from: began, to: ended }) => ({
    is,
    from: share(began),
    to: share(ended ?? to),
  }));
  if (history.since > from) parts.unshift({ is: 'unknown', from: 0, to: share(history.since) });
  let away = 0;
  let until = from;
  for (const { from: began, to: ended } of inside.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(until, clamp(began));
    const end = clamp(ended ?? to);
    if (end > start) away += end - start;
    until = Math.max(until, end);
  }
  return { parts, away };
}

/** How much of the day before `to` nobody watched, in words; null where that is less than a minute of it. */
export function unwatchedWords(history: Pick<OutageHistory, 'since' | 'outages'>, to: number): string | null {
  // A store that is read in part is watched.
  const outages = history.outages.filter(({ is }) => is !== 'store-degraded');
  const { away } = stripOf({ since: history.since, outages }, to - DAY, to);
  return away < MINUTE ? null : `not watched for ${duration(away)} of the last day`;
}
