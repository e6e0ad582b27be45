import { randomUUID } from 'node:crypto';
import { isPrivateLine } from '../sql/database-config.ts';
import { StoreError } from '../store-adapter.ts';
import type { Finding, StoreDeps } from '../store-kind.ts';
import { keyspaceChannel } from './acl.ts';
import { expressGrants, type ExpressConfig, type RedisConfig } from './config.ts';
import { checkMapping } from './mapping-check.ts';
import { RedisAccess } from './redis-access.ts';
import { keyspaceFlags, redisVersion, tellsAll } from './redis-adapter.ts';
import { RedisReader } from './redis-reader.ts';
import type { RawSession } from './session-data.ts';

const SAMPLE = 500;
const TOLERATED_SKEW_S = 30;
const ok = (id: string, message: string): Finding => ({ id, status: 'ok', message });

/** What is wrong with the way to sessions in Redis, and what is merely suspicious. */
export async function redisDoctor(
  config: ExpressConfig,
  database: RedisConfig,
  { baseDir, clock }: StoreDeps,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const grants = expressGrants(config);
  const access = new RedisAccess(database, baseDir, grants);
  const reader = new RedisReader(access, config.prefix, clock);
  try {
    const info = await access.ask(['info', 'server'], signal);
    const version = redisVersion(Buffer.isBuffer(info) ? info.toString('latin1') : '');
    reader.useAbsoluteTimes(Number.parseInt(version, 10) >= 7);
    const findings: Finding[] = [ok('store.connection', `connected: Redis ${version}`)];
    findings.push(
      isPrivateLine({ ...serverOf(database), driver: 'postgres', database: '', user: '' })
        ? ok('store.tls', 'what is said to Redis stays on this machine or is encrypted')
        : {
            id: 'store.tls',
            status: 'suspicious',
            message: 'session ids cross the network unencrypted: whoever reads them is signed in',
            fix: 'set store.database.tls: true (or tls.ca: the authority’s certificate)',
          },
      await checkClock(access, clock, signal),
      await checkUnlink(access, config.prefix, grants, signal),
      await checkReading(access, config.prefix, Number.parseInt(version, 10) >= 7, grants, signal),
      await checkEvents(access, config, signal),
      ...(config.keyspaceEvents === 'on'
        ? [await checkSubscription(database, config.prefix, baseDir, grants, signal)]
        : []),
    );
    findings.push(...checkMapping(await sample(reader, signal), config));
    return findings;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const fix = error.kind === 'unavailable' ? 'start Redis, or correct store.database' : grants;
    return [{ id: 'store.connection', status: 'wrong', message: error.message.split('\n')[0] ?? '', fix }];
  } finally {
    access.close();
  }
}

async function checkClock(access: RedisAccess, clock: () => number, signal: AbortSignal): Promise<Finding> {
  const answer = await access.ask(['time'], signal);
  const now = Array.isArray(answer) && Buffer.isBuffer(answer[0]) ? Number(answer[0].toString('latin1')) : 0;
  const skew = now - Math.trunc(clock() / 1_000);
  return Math.abs(skew) <= TOLERATED_SKEW_S
    ? ok('store.clock', 'the clocks of this machine and Redis agree')
    : {
        id: 'store.clock',
        status: 'suspicious',
        message: `the clock of Redis is ${String(Math.abs(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's`,
        fix: 'synchronise both with NTP (timedatectl set-ntp true)',
      };
}

/** Tried on a key that cannot be there. */
async function checkUnlink(
  access: RedisAccess,
  prefix: string,
  grants: string,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    await access.ask(['unlink', `${prefix}${randomUUID()}`], signal);
    return ok('store.delete', 'sessions can be ended: keys may be unlinked');
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind === 'unavailable') throw error;
    return {
      id: 'store.delete',
      status: 'wrong',
      message: 'no session can be ended: keys may not be unlinked',
      fix: grants,
    };
  }
}

/** The commands that reading takes besides those of every poll; tried on a key that cannot be there. */
async function checkReading(
  access: RedisAccess,
  prefix: string,
  absolute: boolean,
  grants: string,
  signal: AbortSignal,
): Promise<Finding> {
  const key = `${prefix}${randomUUID()}`;
  const refused: string[] = [];
  for (const command of [
    ['getrange', key, 0, 0],
    ['strlen', key],
    ['get', key],
    ['pttl', key],
    ...(absolute ? ([['pexpiretime', key]] as const) : []),
  ] as const) {
    try {
      await access.ask(command, signal);
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind === 'unavailable') throw error;
      refused.push(command[0].toUpperCase());
    }
  }
  return refused.length === 0
    ? ok('store.read', 'sessions can be read, large ones too')
    : {
        id: 'store.read',
        status: 'wrong',
        message: `not every session can be read: this user may not use ${refused.join(', ')} on keys that begin with ${prefix}`,
        fix: grants,
      };
}

/** On a connection of its own: one that is subscribed can ask nothing else. */
async function checkSubscription(
  database: RedisConfig,
  prefix: string,
  baseDir: string,
  grants: string,
  signal: AbortSignal,
): Promise<Finding> {
  const id = 'store.subscription';
  const access = new RedisAccess(database, baseDir, grants);
  try {
    const client = await access.client(signal);
    await client.psubscribe(keyspaceChannel(database.db, prefix));
    return ok(id, 'changes may be listened to');
  } catch (error) {
    const known = access.mend(error);
    if (known.kind === 'unavailable') throw known;
    return {
      id,
      status: 'wrong',
      message: 'store.keyspaceEvents is on, but this user may not listen to changes',
      fix: grants,
    };
  } finally {
    access.close();
  }
}

async function checkEvents(
  access: RedisAccess,
  { keyspaceEvents }: ExpressConfig,
  signal: AbortSignal,
): Promise<Finding> {
  const id = 'store.keyspace-events';
  if (keyspaceEvents === 'off') return ok(id, 'changes are found by looking through all keys at every poll');
  const flags = await keyspaceFlags(access, signal);
  if (flags !== null && tellsAll(flags)) return ok(id, `Redis tells of changes (${flags})`);
  const fix =
    'redis-cli CONFIG SET notify-keyspace-events KA (and in redis.conf), then store.keyspaceEvents: on';
  if (flags !== null) {
    const message =
      'Redis does not tell of changes: all keys are looked through at every poll, and visits are told late';
    return keyspaceEvents === 'on'
      ? { id, status: 'wrong', message: 'store.keyspaceEvents is on, but Redis tells of nothing', fix }
      : { id, status: 'suspicious', message, fix };
  }
  return keyspaceEvents === 'on'
    ? ok(id, 'Redis is said to tell of changes; this user must not ask whether it does, and rightly so')
    : {
        id,
        status: 'suspicious',
        message:
          'this user must not ask whether Redis tells of changes: all keys are looked through at every poll, and visits are told late',
        fix,
      };
}

/** The part of a connection that says where it goes. */
const serverOf = ({ host, port, socket, password, tls }: RedisConfig) => ({
  host,
  port,
  password,
  tls,
  ...(socket === undefined ? {} : { socket }),
});

const ENOUGH = new Error('enough sessions were looked at');

async function sample(reader: RedisReader, signal: AbortSignal): Promise<readonly RawSession[]> {
  const found: RawSession[] = [];
  try {
    await reader.scan(async (sids) => {
      found.push(...(await reader.read(sids, signal)));
      if (found.length >= SAMPLE) throw ENOUGH;
    }, signal);
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
  return found;
}
