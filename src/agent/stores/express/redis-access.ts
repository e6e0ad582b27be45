import type { Redis } from 'ioredis';
import { StoreError } from '../store-adapter.ts';
import { CONNECT_MS, QUESTION_MS } from '../sql/sql-access.ts';
import { within } from '../sql/store-errors.ts';
import { tlsOptions } from '../sql/tls-options.ts';
import type { RedisConfig } from './config.ts';

/** One command's answer in a pipeline: its own error does not fail the others. */
export type Answer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly code: string };
export type Command = readonly [name: string, ...args: (string | number)[]];

/** A connection to Redis that is made when something is asked, and again after it was lost. */
export class RedisAccess {
  readonly where: string;
  readonly #config: RedisConfig;
  readonly #baseDir: string;
  readonly #grants: string;
  #client: Promise<Redis> | null = null;
  /** Told when the connection is gone, whatever the reason. */
  readonly #lost: () => void;

  constructor(config: RedisConfig, baseDir: string, grants: string, lost: () => void = () => undefined) {
    this.#config = config;
    this.#baseDir = baseDir;
    this.#grants = grants;
    this.#lost = lost;
    const { socket, host, port, db } = config;
    this.where = `Redis at ${socket ?? `${host}:${String(port)}`}, database ${String(db)}`;
  }

  /** Sends commands together; text answers come as bytes. */
  async pipeline(commands: readonly Command[], signal: AbortSignal): Promise<readonly Answer[]> {
    if (commands.length === 0) return [];
    const client = await this.client(signal);
    const pipeline = client.pipeline();
    for (const [name, ...args] of commands) pipeline.callBuffer(name, ...args);
    const answers = await this.#wait(pipeline.exec(), signal);
    return (answers ?? []).map(([error, value]): Answer => {
      if (error === null) return { ok: true, value };
      const known = this.mend(error);
      if (known.kind !== 'unreadable') throw known;
      return { ok: false, code: codeOf(error) };
    });
  }

  /** One command whose failure is an error. */
  async ask(command: Command, signal: AbortSignal): Promise<unknown> {
    const [answer] = await this.pipeline([command], signal);
    if (answer?.ok === true) return answer.value;
    throw new StoreError('unreadable', `${this.where}: ${command[0]} failed (${answer?.code ?? ''})`);
  }

  /** One command whose answer comes as texts: half the work where there are thousands of them. */
  async askTexts([name, ...args]: Command, signal: AbortSignal): Promise<unknown> {
    const client = await this.client(signal);
    return this.#wait(client.call(name, ...args), signal);
  }

  /** The connected client, for subscriptions. */
  async client(signal: AbortSignal): Promise<Redis> {
    signal.throwIfAborted();
    if (this.#client === null) {
      const opening = this.#connect(() => {
        if (this.#client !== opening) return;
        this.#client = null;
        this.#lost();
      });
      opening.catch(() => {
        if (this.#client === opening) this.#client = null;
      });
      this.#client = opening;
    }
    return this.#wait(this.#client, signal);
  }

  close(): void {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    this.#lost();
    client.then((open) => open.disconnect()).catch(() => undefined);
  }

  /** Waits for something sent on this connection; gives the connection up when it takes too long. */
  async #wait<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await within(
        () => work,
        QUESTION_MS,
        signal,
        this.where,
        () => this.close(),
      );
    } catch (error) {
      if (signal.aborted && error === signal.reason && error instanceof Error) throw error;
      const known = this.mend(error);
      if (known.kind === 'unavailable') this.close();
      throw known;
    }
  }

  async #connect(gone: () => void): Promise<Redis> {
    const { socket, host, port, db, user, password, tls } = this.#config;
    const secure = tlsOptions(tls, this.#baseDir);
    const options = {
      ...(socket === undefined ? { host, port } : { path: socket }),
      db,
      ...(user === undefined ? {} : { username: user }),
      ...(password === '' ? {} : { password }),
      ...(secure === undefined ? {} : { tls: secure }),
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      // Reconnecting is the next question's business, so that one that fails says so at once.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      disableClientInfo: true,
      protocol: 2 as const,
    };
    const { Redis: Client } = await import('ioredis');
    const client = new Client(options);
    const failures: Error[] = [];
    client.on('error', (error: Error) => {
      failures.push(error);
    });
    client.on('end', gone);
    try {
      await client.connect();
      // A wrong password or database does not fail connect(), only what is asked afterwards.
      await client.ping();
      return client;
    } catch (error) {
      client.disconnect();
      throw this.mend(failures[0] ?? error);
    }
  }

  mend(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const code = codeOf(error);
    const paste = this.#grants === '' ? '' : `\nrun as its administrator:\n${this.#grants}`;
    if (/^(?:WRONGPASS|NOAUTH)$/.test(code) || /invalid password|without any password/i.test(textOf(error))) {
      return new StoreError('misconfigured', `${this.where}: refuses this user or password${paste}`);
    }
    if (code === 'NOPERM') {
      return new StoreError('misconfigured', `${this.where}: this user lacks a permission${paste}`);
    }
    if (/^(?:MOVED|ASK|CLUSTERDOWN|CROSSSLOT)$/.test(code)) {
      return new StoreError('misconfigured', `${this.where}: a cluster is not supported (${code})`);
    }
    if (/DB index is out of range/i.test(textOf(error))) {
      return new StoreError('misconfigured', `${this.where}: there is no such database`);
    }
    if (/^(?:HANDSHAKE|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|ERR_TLS|ERR_SSL)/.test(code)) {
      return new StoreError(
        'misconfigured',
        `${this.where}: TLS could not be agreed on (${code}): check the certificate and store.database.tls`,
      );
    }
    if (/^(?:WRONGTYPE|ERR|EXECABORT)$/.test(code)) {
      return new StoreError('unreadable', `${this.where}: unexpected answer (${code})`);
    }
    return new StoreError(
      'unavailable',
      `${this.where} cannot be reached (${code === '' ? 'connection lost' : code})`,
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** A system call's code, or the word with which Redis begins an error. Never more: the rest can quote a command. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^([A-Z][A-Z_]+)(?: |$)/.exec(textOf(error))?.[1] ?? '';
}
