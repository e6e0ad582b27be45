import type { ReactNode } from 'react';
import { riskLevel } from '#shared/domain/risk.ts';
import type { SessionStatus } from '#shared/domain/status.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Mark, marksOf } from '../components/Marks.tsx';
import { causeText } from '../format/actions.ts';
import { maskAddress } from '#shared/domain/mask-address.ts';
import { bothTimes, dayTime, relativeTime } from '../format/time.ts';
import {
  countryName,
  deviceDetail,
  deviceText,
  networkDetail,
  networkText,
  networkValue,
  placeDoubts,
  placeText,
  RISK_WORDS,
  STATUS_EXPLAINED,
} from '../format/words.ts';
import { hrefOf } from '../store/route-store.ts';
import type { Looks } from './looks.ts';

/**
 * What a cell shows: one element with a text, because a table that is scrolled draws hundreds of cells a frame. Marks beside
 * the text are drawn by its style sheet (`theme/cell-styles.ts`).
 */
export interface CellShown {
  readonly text: ReactNode;
  /** On hovering; where the cell leads to a page, a line of the summary that is shown instead. */
  readonly title: string | undefined;
  /** The page of what the cell names. */
  readonly leads?: string | null;
  readonly look?: string;
  /** Instead of the text, for who does not see it. */
  readonly label?: string;
  readonly status?: SessionStatus;
  readonly environment?: number;
  readonly tier?: string;
}
export type CellOf = (row: SessionRow, looks: Looks, now: number) => CellShown;

/** A dash for what is not known, with the reason on hovering and for screen readers. */
const unknown = (why: string): CellShown => ({
  text: '—',
  title: why,
  look: 'wf-faint',
  label: `Not known: ${why}`,
});
const text = (value: string, title = value): CellShown => ({ text: value, title });
const NO_ADDRESS = 'No address is known for this session';

const environment: CellOf = (row, { environments }) => {
  const known = environments.get(row.connection);
  if (known === undefined) return { text: 'removed environment', title: undefined, look: 'wf-faint' };
  return {
    text: known.name,
    title: undefined,
    leads: hrefOf('environments', row.connection),
    look: 'wf-squared',
    environment: known.colour,
    ...(known.tier === null ? {} : { tier: known.tier }),
  };
};

const person: CellOf = ({ account, via, connection }) => {
  if (account === null) return unknown('Nobody is signed in to this session');
  return {
    text: account.name,
    title: via === null ? undefined : `${via.name} works as this person`,
    look: 'wf-strong',
    leads: hrefOf('people', connection, account.id),
  };
};

const roles: CellOf = (row) =>
  row.roles.length === 0 ? unknown('The store names no roles for this account') : text(row.roles.join(', '));

/** In the past only the latest activity of a session is known; before it, all that can be said is that it was open. */
const status: CellOf = ({ status: is, cause }, { past }) => {
  const shown = { look: 'wf-dotted', status: is };
  if (past && is === 'unseen') return { ...shown, text: 'open then', title: STATUS_EXPLAINED.unseen };
  const why = is === 'ended' && cause !== null ? causeText(cause) : null;
  return why === null
    ? { ...shown, text: is, title: STATUS_EXPLAINED[is] }
    : { ...shown, text: `${is} · ${why}`, title: `Ended: ${why}` };
};

/** Risk of a sign-in, 0 to 100; the figure says it, the colour and the weight only stress it. */
const risk: CellOf = ({ risk: value }) => {
  if (value === null) return unknown('No sign-in of this session has a score');
  const level = riskLevel(value);
  return {
    text: value,
    title: `Risk ${String(value)} of 100: ${RISK_WORDS[level]} for this person`,
    ...(level === 'usual' ? {} : { look: `wf-risk-${level}` }),
  };
};

const instant = (at: number | null, missing: string, words: (at: number) => string): CellShown =>
  at === null ? unknown(missing) : { text: words(at), title: bothTimes(at) };
const atDay =
  (pick: (row: SessionRow) => number | null, missing: string): CellOf =>
  (row, { zone }, now) =>
    instant(pick(row), missing, (at) => dayTime(at, now, zone));

/** What the cell says of the time, `3 min ago` or the time of day, as the person prefers. */
export const lastSeenText = (at: number, { relative, zone }: Looks, now: number): string =>
  relative ? relativeTime(at, now) : dayTime(at, now, zone);
const lastSeen: CellOf = (row, looks, now) =>
  instant(
    row.lastSeenAt,
    looks.past
      ? 'When it was active by then is not kept: of each session the mirror keeps the latest activity'
      : 'This store keeps no last activity',
    (at) => lastSeenText(at, looks, now),
  );

const place: CellOf = ({ place: where, ip }) =>
  where === null
    ? unknown(ip === null ? NO_ADDRESS : 'The address has no place: private, special or not listed')
    : text(placeText(where), placeDoubts(where));

const address: CellOf = ({ ip, ipOf }, { mask, revealed }) => {
  if (ip === null) return unknown('The store does not keep addresses for this session');
  const masked = mask && !revealed.has(ip);
  return {
    text: masked ? maskAddress(ip) : ip,
    title:
      ipOf === 'opened' ? 'Address at sign-in' : ipOf === 'last' ? 'Address of the last visit' : undefined,
    look: 'wf-mono',
    leads: hrefOf('investigate', 'address', ip),
  };
};

const pageOf = (kind: string, value: string | null): string | null =>
  value === null ? null : hrefOf('investigate', kind, value);
const network: CellOf = ({ network: of, ip }) =>
  of === null
    ? unknown(ip === null ? NO_ADDRESS : 'No list names the network of this address')
    : { ...text(networkText(of), networkDetail(of)), leads: pageOf('network', networkValue(of)) };

const device: CellOf = ({ device: of, userAgent }) => {
  const words = of === null ? '' : deviceText(of);
  if (of !== null && words !== '') {
    return { ...text(words, deviceDetail(of)), leads: hrefOf('investigate', 'device', of.key) };
  }
  return unknown(
    userAgent === null
      ? 'The store does not keep the user agent'
      : 'The user agent names no browser that is known',
  );
};

const country: CellOf = ({ place: where }) =>
  where === null ? unknown(NO_ADDRESS) : text(where.country, countryName(where.country));

/** The exact user agent; with masking on it is asked for in the session itself. */
const agent: CellOf = ({ userAgent }, { mask }) => {
  if (userAgent === null) return unknown('The store does not keep the user agent');
  if (mask) return unknown('Hidden by the privacy setting; open the session to show it');
  return { ...text(userAgent), look: 'wf-mono' };
};

const marks: CellOf = (row) => {
  const all = marksOf(row);
  if (all.length === 0) return unknown('No marks on this session');
  return {
    text: all.map((mark) => <Mark key={mark} mark={mark} via={row.via?.name ?? null} />),
    title: all.length === 1 ? undefined : all.join(', '),
    look: 'wf-marks',
  };
};

/** How each column is drawn. */
export const CELLS: Readonly<Record<string, CellOf>> = {
  environment,
  person,
  roles,
  status,
  risk,
  lastSeen,
  signedIn: atDay((row) => row.openedAt, 'This store does not keep when a session was opened'),
  place,
  address,
  network,
  device,
  ended: atDay((row) => row.endedAt, 'It has not ended'),
  expires: atDay((row) => row.expiresAt, 'The store does not say when it expires'),
  country,
  agent,
  session: (row) => ({ ...text(row.id), look: 'wf-mono' }),
  marks,
};
