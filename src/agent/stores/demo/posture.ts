import type { Database as Db } from 'better-sqlite3';
import { z } from 'zod';
import { DAY, HOUR } from '#shared/domain/units.ts';
import type { PostureCheck } from '#shared/protocol/posture.ts';
import { LEAST_IDS, entropyOf, gradeBits } from '../posture/entropy.ts';
import type { Preset } from './presets.ts';

const Sample = z.object({ id: z.string() });
const Limits = z.object({ idle: z.number().nullable(), remembered: z.number().nullable(), total: z.int() });
const Count = z.object({ n: z.int() });

type Status = PostureCheck['status'];
const check = (
  id: string,
  title: string,
  status: Status,
  observed: string,
  advice: string,
  source: string,
): PostureCheck => ({ id, title, status, observed, advice, source });

const SETTINGS = 'the demo application’s settings; no request was made to see the cookie itself';
const TABLE = 'measured in table sessions';

/** Checks of the demo application: measured in its tables where they tell, its settings where they do not. */
export function postureOf(db: Db, preset: Preset): readonly PostureCheck[] {
  return [
    ...cookieChecks(preset.cookie),
    identifierCheck(db),
    ...lifetimeChecks(db),
    renewalCheck(db),
    passwordCheck(db),
  ];
}

function cookieChecks(cookie: Preset['cookie']): readonly PostureCheck[] {
  const yes = (value: boolean): string => (value ? 'set' : 'not set');
  return [
    check(
      'cookie.secure',
      'Cookie only over TLS',
      cookie.secure ? 'pass' : 'fail',
      `Secure is ${yes(cookie.secure)}`,
      'Set Secure, so that the cookie never travels in the clear.',
      SETTINGS,
    ),
    check(
      'cookie.http-only',
      'Cookie hidden from scripts',
      cookie.httpOnly ? 'pass' : 'fail',
      `HttpOnly is ${yes(cookie.httpOnly)}`,
      'Set HttpOnly, so that a script on the page cannot read it.',
      SETTINGS,
    ),
    check(
      'cookie.same-site',
      'Cookie not sent by other sites',
      cookie.sameSite === '' ? 'warn' : 'pass',
      cookie.sameSite === '' ? 'SameSite is not set: the browser decides' : `SameSite=${cookie.sameSite}`,
      'Set SameSite to Lax or Strict.',
      SETTINGS,
    ),
    check(
      'cookie.scope',
      'Cookie for one host',
      cookie.domain.startsWith('.') ? 'warn' : 'pass',
      `domain ${cookie.domain}, path ${cookie.path}`,
      'Leave Domain out, so that neighbouring hosts do not receive the cookie.',
      SETTINGS,
    ),
  ];
}

function identifierCheck(db: Db): PostureCheck {
  const ids = db
    .prepare('SELECT id FROM sessions LIMIT 1000')
    .all()
    .map((row) => Sample.parse(row).id);
  const title = 'Identifier long and random enough';
  const advice = 'Use at least 128 bits from the system’s random source.';
  if (ids.length < LEAST_IDS)
    return check(
      'identifier.entropy',
      title,
      'unknown',
      `only ${String(ids.length)} sessions to measure`,
      advice,
      TABLE,
    );
  const { shortest, bits } = entropyOf(ids);
  return check(
    'identifier.entropy',
    title,
    gradeBits(bits),
    `${String(shortest)} characters, about ${bits.toFixed(0)} bits in ${String(ids.length)} identifiers`,
    advice,
    TABLE,
  );
}

function lifetimeChecks(db: Db): readonly PostureCheck[] {
  const limits = Limits.parse(
    db
      .prepare(
        `SELECT max(CASE WHEN remember = 0 THEN expires_at - last_seen_at END) AS idle,
      max(CASE WHEN remember = 1 THEN expires_at - last_seen_at END) AS remembered, count(*) AS total FROM sessions`,
      )
      .get(),
  );
  const judged = (value: number | null, pass: number, warn: number): Status =>
    value === null ? 'unknown' : value <= pass ? 'pass' : value <= warn ? 'warn' : 'fail';
  const told = (value: number | null): string =>
    value === null
      ? 'no such session at the moment'
      : value < 2 * DAY
        ? `${(value / HOUR).toFixed(1)} hours`
        : `${(value / DAY).toFixed(1)} days`;
  return [
    check(
      'lifetime.idle',
      'Idle sessions end',
      judged(limits.idle, 12 * HOUR, 2 * DAY),
      told(limits.idle),
      'End sessions after a working day without activity, sooner for administrators.',
      TABLE,
    ),
    check(
      'lifetime.remember',
      'Remembered sessions end',
      judged(limits.remembered, 14 * DAY, 60 * DAY),
      told(limits.remembered),
      'Keep “remember me” to two weeks.',
      TABLE,
    ),
    check(
      'lifetime.absolute',
      'Sessions have a longest life',
      'fail',
      'every page view moves the end: an active session never ends',
      'Add an absolute limit, or a rule here that ends sessions after a day.',
      SETTINGS,
    ),
  ];
}

function renewalCheck(db: Db): PostureCheck {
  const title = 'New identifier at sign-in';
  const advice = 'Give the session a new identifier when somebody signs in, against fixation.';
  const logins = Count.parse(
    db.prepare("SELECT count(*) AS n FROM audit_log WHERE action = 'login' AND outcome = 'success'").get(),
  ).n;
  if (logins === 0)
    return check(
      'identifier.renewed',
      title,
      'unknown',
      'nobody has signed in yet',
      advice,
      'measured in table audit_log',
    );
  const twice = Count.parse(
    db
      .prepare(
        `SELECT count(*) AS n FROM (SELECT session_id FROM audit_log WHERE action = 'login' AND outcome = 'success'
      GROUP BY session_id HAVING count(*) > 1)`,
      )
      .get(),
  ).n;
  return check(
    'identifier.renewed',
    title,
    twice === 0 ? 'pass' : 'fail',
    `${String(twice)} identifiers appear in more than one of ${String(logins)} sign-ins`,
    advice,
    'measured in table audit_log',
  );
}

/** Sessions that are older than their account's last password change should not exist. */
function passwordCheck(db: Db): PostureCheck {
  const title = 'A new password ends the other sessions';
  const advice = 'End all other sessions when the password changes.';
  const changes = Count.parse(
    db.prepare("SELECT count(*) AS n FROM audit_log WHERE action = 'password-changed'").get(),
  ).n;
  if (changes === 0)
    return check(
      'password.ends-sessions',
      title,
      'unknown',
      'no password was changed yet',
      advice,
      'measured in table audit_log',
    );
  const survivors = Count.parse(
    db
      .prepare(
        `SELECT count(*) AS n FROM sessions s WHERE s.masquerade_by IS NULL AND s.created_at <
      (SELECT max(a.at) FROM audit_log a WHERE a.action = 'password-changed' AND a.user_id = s.user_id)`,
      )
      .get(),
  ).n;
  return check(
    'password.ends-sessions',
    title,
    survivors === 0 ? 'pass' : 'fail',
    `${String(survivors)} sessions outlived one of ${String(changes)} password changes`,
    advice,
    'measured in tables sessions and audit_log',
  );
}
