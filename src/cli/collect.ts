import type { Engine } from '#engine/engine-types.ts';
import { serveControl } from '#engine/control-server.ts';
import { startEngine } from '#engine/start-engine.ts';
import { lineLog } from '#engine/console-log.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { EXIT } from './exit-codes.ts';
import { applyNotifyFile, readNotifyFile } from './notify-file.ts';
import { openEngine } from './open-engine.ts';
import { readConnectionFile } from './read-connection-file.ts';
import { stateText } from './state-text.ts';
import { UsageError } from './usage-error.ts';

export interface CollectOptions {
  readonly profile: string;
  readonly connectionFile: readonly string[];
  readonly url?: string;
  readonly name?: string;
  readonly notify?: string;
  readonly verbose: boolean;
  /** Whether the words of messages are indexed. */
  readonly words: boolean;
}

/**
 * Collects until it is told to stop (SIGINT, SIGTERM). Tokens come from connection files or, with --url, from the
 * variable WATCHFLOOR_TOKEN; they are never written to the profile.
 */
export async function collect(options: CollectOptions, version: string): Promise<number> {
  const wanted = options.connectionFile.map(readConnectionFile);
  if (options.url !== undefined) {
    const token = process.env['WATCHFLOOR_TOKEN'] ?? '';
    if (token === '') {
      throw new UsageError(
        '--url needs the token in the variable WATCHFLOOR_TOKEN, or use --connection-file.',
      );
    }
    wanted.push({ watchfloor: 1, name: options.name ?? new URL(options.url).host, url: options.url, token });
  }
  const channels = options.notify === undefined ? null : readNotifyFile(options.notify, process.env);
  const log = lineLog((line) => process.stderr.write(line), options.verbose ? 'debug' : 'warn');
  const engine = await startEngine(async () => {
    const opened = await openEngine(options.profile, version, log, { words: options.words });
    const about = opened.about();
    for (const { message, advice } of about.problems) process.stderr.write(`${message} ${advice ?? ''}\n`);
    if (about.database.is !== 'read-only') return opened;
    await opened.stop();
    return null;
  });
  if (engine === null) return EXIT.failed;
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve(signal);
      });
  });
  const said = new Map<string, string>();
  engine.onEvent((event) => {
    for (const view of event.environments ?? []) tell(said, view);
    for (const problem of event.problems ?? []) process.stderr.write(`${problem.message}\n`);
  });
  if (channels !== null) await applyNotifyFile(engine, channels);
  for (const one of wanted) await connect(engine, one);
  const control = await serveControl({ engine, profile: options.profile, log });
  process.stdout.write(`collecting into ${options.profile}; Ctrl-C stops\n`);
  await stopped;
  await control.close();
  await engine.stop();
  process.stdout.write('stopped\n');
  return EXIT.ok;
}

/** The same address is the same environment, also under another name. */
async function connect(
  engine: Engine,
  one: {
    readonly name: string;
    readonly url: string;
    readonly token: string;
    readonly ca?: string | undefined;
  },
): Promise<void> {
  const signal = new AbortController().signal;
  const known = (await engine.handlers['environments.list']({}, signal)).find(
    ({ url }) => url === new URL(one.url).origin,
  );
  if (known === undefined) {
    await engine.handlers['environments.add'](
      { name: one.name, url: one.url, token: one.token, ...(one.ca === undefined ? {} : { ca: one.ca }) },
      signal,
    );
    return;
  }
  await engine.handlers['environments.update'](
    { connection: known.connection, token: one.token, ca: one.ca ?? null, enabled: true },
    signal,
  );
}

/** A line when the state of an environment has changed, not at every figure. */
function tell(said: Map<string, string>, view: EnvironmentView): void {
  const state = view.state.is === 'syncing' ? 'syncing' : stateText(view);
  if (said.get(view.connection) === state) return;
  said.set(view.connection, state);
  process.stdout.write(`${view.name}: ${state}\n`);
}
