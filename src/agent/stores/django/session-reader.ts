import { crc32 } from 'node:zlib';
import type { AccountId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { CredentialWatch } from '../follow/credential-watch.ts';
import { Unreadable } from '../follow/unreadable.ts';
import { parseDjangoSession } from '../parse/django.ts';
import { jsonText, member } from '../parse/json.ts';
import { ParseError } from '../parse/parse-error.ts';
import { seconds, text, textOrNull, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { fromWall } from '../sql/zoned-time.ts';
import { storeKey, type StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import type { DjangoConfig } from './config.ts';
import {
  MOST_BYTES,
  INLINE_BYTES,
  accountKeys,
  dataOf,
  ownersOf,
  sameAccount,
  type Tables,
  type Times,
} from './queries.ts';

interface Candidate {
  readonly key: string;
  readonly owner: string;
  readonly savedAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  /** Fingerprint of what a password change makes invalid. */
  readonly trait: number;
}
interface Owner {
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

/** Accounts asked for at once. */
const OWNERS = 500;
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;
const UUID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** Turns rows of `sessionRows` into live sessions: signed in, by an active account, under its present password. */
export class DjangoSessionReader {
  readonly #config: DjangoConfig;
  readonly #access: SqlAccess;
  readonly #tables: Tables;
  readonly #deps: StoreDeps;
  readonly #watch: CredentialWatch;
  readonly #unreadable = new Unreadable();

  constructor(config: DjangoConfig, access: SqlAccess, tables: Tables, deps: StoreDeps) {
    this.#config = config;
    this.#access = access;
    this.#tables = tables;
    this.#deps = deps;
    this.#watch = new CredentialWatch('django', deps.kept ?? null);
  }

  /** Before everything is read. */
  startOver(): void {
    this.#unreadable.clear();
  }

  /** To be called when a reading is over. */
  done(): void {
    this.#watch.save();
  }

  warnings(): readonly { readonly id: string; readonly message: string }[] {
    return this.#unreadable.warnings(
      'sessions',
      'Sessions have to be JSON: SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer".',
    );
  }

  async sessions(rows: readonly Row[], times: Times, signal: AbortSignal): Promise<readonly StoredSession[]> {
    const candidates: Candidate[] = [];
    for (const row of rows) {
      const candidate = await this.#candidate(row, times, signal);
      if (candidate !== null) candidates.push(candidate);
    }
    const owners = await this.#owners(candidates, signal);
    return candidates.flatMap((candidate): StoredSession[] => {
      const owner = owners.get(sameAccount(candidate.owner));
      if (owner === undefined) return [];
      const fingerprint = this.#deps.fingerprint('django-password', owner.password);
      if (this.#watch.isDead(owner.id, fingerprint, candidate.trait)) return [];
      return [this.#session(candidate, owner)];
    });
  }

  #session({ key, savedAt, expiresAt }: Candidate, owner: Owner): StoredSession {
    const nobody = { at: null, ip: null, userAgent: null };
    const means = this.#config.saveTimeMeans;
    return {
      key: storeKey(key),
      account: { id: owner.id as AccountId, name: owner.name },
      opened: means === 'sign-in' ? { ...nobody, at: savedAt } : nobody,
      last: means === 'last-visit' ? { ...nobody, at: savedAt } : nobody,
      expiresAt,
      marks: [],
      ...(savedAt === null ? {} : { attributes: { savedAt: new Date(savedAt).toISOString() } }),
    };
  }

  async #candidate(row: Row, times: Times, signal: AbortSignal): Promise<Candidate | null> {
    const key = text(row[0], 'django_session.session_key');
    const size = wholeOrNull(row[3], 'django_session.session_data') ?? 0;
    if (size > MOST_BYTES) {
      this.#unreadable.add(key, 'too long');
      return null;
    }
    const data =
      size <= INLINE_BYTES ? row[2] : (await this.#access.rows(dataOf(this.#tables, key), signal))[0]?.[0];
    try {
      const session = parseDjangoSession(textOrNull(data, 'django_session.session_data') ?? '');
      this.#unreadable.remove(key);
      const owner = jsonText(member(session.data, '_auth_user_id'));
      if (owner === null || owner.length > 128) return null;
      return {
        key,
        owner,
        savedAt: seconds(session.savedAt),
        expiresAt: fromWall(text(row[1], 'django_session.expire_date'), times.moments ? 'UTC' : times.zone),
        trait: crc32(jsonText(member(session.data, '_auth_user_hash')) ?? '') >>> 4,
      };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.#unreadable.add(key, error.reason);
      return null;
    }
  }

  async #owners(candidates: readonly Candidate[], signal: AbortSignal): Promise<ReadonlyMap<string, Owner>> {
    // A database that keeps numbers refuses to compare them with anything else.
    const ids = [...new Set(candidates.map(({ owner }) => owner))].filter(
      (id) => NUMBER.test(id) || UUID.test(id),
    );
    const owners = new Map<string, Owner>();
    for (let at = 0; at < ids.length; at += OWNERS) {
      const keys = accountKeys(ids.slice(at, at + OWNERS), this.#access.dialect);
      for (const row of await this.#access.rows(ownersOf(this.#config, this.#tables, keys), signal)) {
        if (this.#config.users.active !== null && !isTrue(row[3])) continue;
        const id = text(row[0], 'users.id');
        owners.set(sameAccount(id), {
          id,
          name: text(row[1], 'users.name'),
          password: textOrNull(row[2], 'users.password') ?? '',
        });
      }
    }
    return owners;
  }
}

export const isTrue = (value: unknown): boolean =>
  value === true || value === 1 || value === '1' || value === 't';
