import type { SessionSort } from '#shared/ipc/session-sorts.ts';
import { STATUS } from '../session-filter.ts';

/** One way to walk sessions in an order: where from, by what value. Equal values go by the key of the session. */
export interface Walk {
  readonly from: string;
  readonly value: string;
  /** What must hold for a session to be found by this walk. */
  readonly where: string;
}
/** An order of sessions. Those of which the value is not known come last in either direction. */
export interface SessionOrder {
  /** The value by which a gathered session is sorted, and the tables it needs beside `session s`. */
  readonly join: string;
  readonly value: string;
  /** Walks that together find every session of which the value is known; merged by value. */
  readonly walks: (state: 'live' | 'ended' | null, connections: readonly number[]) => readonly Walk[];
}

const SHOWN_ADDRESS = 'coalesce(s.last_address, s.opened_address)';
const SHOWN_DEVICE = 'coalesce(s.last_device, s.opened_device)';

/** A session once, although it may have been observed with one address or device more than once. */
const latest = (column: string): string => `NOT EXISTS (SELECT 1 FROM observation o2
  WHERE o2.session = o.session AND o2.${column} = o.${column}
    AND (o2.at, o2.address, o2.device, o2.account, o2.via, o2.marks) > (o.at, o.address, o.device, o.account, o.via, o.marks))`;

const plain =
  (from: string, value: string, where = '1'): SessionOrder['walks'] =>
  () => [{ from, value, where }];
const byAddress = (value: string): SessionOrder => ({
  join: `LEFT JOIN address p ON p.key = ${SHOWN_ADDRESS}`,
  value,
  walks: plain(
    'address p CROSS JOIN observation o ON o.address = p.key CROSS JOIN session s ON s.key = o.session',
    value,
    `${SHOWN_ADDRESS} = p.key AND ${latest('address')}`,
  ),
});

const byDevice = (value: string): SessionOrder['walks'] =>
  plain(
    'device d CROSS JOIN observation o ON o.device = d.key CROSS JOIN session s ON s.key = o.session',
    value,
    `${SHOWN_DEVICE} = d.key AND ${latest('device')}`,
  );

/** One text of country and city, as the index `address_place_text` has it. */
const PLACE = "(p.country || ' ' || coalesce(p.city, ''))";
const DEVICE = "(d.browser || ' ' || coalesce(d.system, ''))";

/** As the column says it: what the account is, then what the session is. Nothing where there are no marks. */
const MARKS = `nullif(CASE WHEN a.privileged = 1 THEN 'privileged ' ELSE '' END
  || CASE WHEN s.via IS NULL THEN '' ELSE 'masquerade ' END || CASE WHEN a.service = 1 THEN 'service ' ELSE '' END
  || coalesce((SELECT nullif(w.text, '[]') FROM word w WHERE w.key = s.marks), ''), '')`;
/** A JSON array of names; nothing where it is empty. */
const ROLES = `nullif(a.roles, '[]') COLLATE NOCASE`;

/** Of one status, those seen last come first. A status is a small number, an instant has thirteen digits. */
function byStatus(sign: '+' | '-'): SessionOrder {
  const value = `((${STATUS}) * 100000000000000 ${sign} coalesce(s.last_seen_at, 0))`;
  return {
    join: 'JOIN connection c ON c.key = s.connection',
    value,
    walks: plain('session s CROSS JOIN connection c ON c.key = s.connection', value),
  };
}

/** How sessions are ordered one way or the other. */
export const orderOf = (by: SessionSort, descending: boolean): SessionOrder =>
  by === 'status' && descending ? byStatus('+') : SESSION_ORDERS[by];

const SESSION_ORDERS: Readonly<Record<SessionSort, SessionOrder>> = {
  openedAt: {
    join: '',
    value: 's.opened_at',
    walks: plain('session s INDEXED BY session_opened', 's.opened_at', 's.opened_at IS NOT NULL'),
  },
  lastSeenAt: {
    join: '',
    value: 's.last_seen_at',
    walks: (state, connections) => [
      ...(state === 'ended'
        ? []
        : connections.map((key) => ({
            from: 'session s INDEXED BY session_live',
            value: 's.last_seen_at',
            where: `s.connection = ${String(key)} AND s.ended_at IS NULL AND s.last_seen_at IS NOT NULL`,
          }))),
      ...(state === 'live'
        ? []
        : [
            {
              from: 'session s INDEXED BY session_ended_last',
              value: 's.last_seen_at',
              where: 's.ended_at IS NOT NULL AND s.last_seen_at IS NOT NULL',
            },
          ]),
    ],
  },
  endedAt: {
    join: '',
    value: 's.ended_at',
    walks: plain('session s INDEXED BY session_ended', 's.ended_at', 's.ended_at IS NOT NULL'),
  },
  account: {
    join: 'LEFT JOIN account a ON a.key = s.account',
    value: 'a.name COLLATE NOCASE',
    walks: plain(
      'account a INDEXED BY account_name CROSS JOIN session s INDEXED BY session_account ON s.account = a.key',
      'a.name COLLATE NOCASE',
    ),
  },
  environment: {
    join: 'JOIN connection c ON c.key = s.connection',
    value: 'c.name COLLATE NOCASE',
    walks: plain('connection c CROSS JOIN session s ON s.connection = c.key', 'c.name COLLATE NOCASE'),
  },
  status: byStatus('-'),
  place: byAddress(PLACE),
  ip: byAddress('p.ip'),
  network: byAddress('p.organisation COLLATE NOCASE'),
  device: {
    join: `LEFT JOIN device d ON d.key = ${SHOWN_DEVICE}`,
    value: DEVICE,
    walks: byDevice(DEVICE),
  },
  roles: {
    join: 'LEFT JOIN account a ON a.key = s.account',
    value: ROLES,
    walks: plain('account a CROSS JOIN session s INDEXED BY session_account ON s.account = a.key', ROLES),
  },
  expiresAt: {
    join: '',
    value: 's.expires_at',
    walks: plain('session s', 's.expires_at', 's.expires_at IS NOT NULL'),
  },
  country: byAddress('p.country'),
  agent: {
    join: `LEFT JOIN device d ON d.key = ${SHOWN_DEVICE}`,
    value: 'd.user_agent COLLATE NOCASE',
    walks: byDevice('d.user_agent COLLATE NOCASE'),
  },
  marks: {
    join: 'LEFT JOIN account a ON a.key = s.account',
    value: MARKS,
    walks: plain('session s LEFT JOIN account a ON a.key = s.account', MARKS),
  },
  id: {
    join: 'JOIN handle h ON h.key = s.key',
    value: 'h.id',
    walks: plain('session s CROSS JOIN handle h ON h.key = s.key', 'h.id'),
  },
  risk: {
    join: 'LEFT JOIN session_risk r ON r.session = s.key',
    value: 'r.risk',
    walks: plain(
      'session_risk r INDEXED BY session_risk_risk CROSS JOIN session s ON s.key = r.session',
      'r.risk',
      'r.risk IS NOT NULL',
    ),
  },
};
