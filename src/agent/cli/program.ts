import { Command } from 'commander';
import type { Clock } from '#shared/domain/units.ts';
import type { AgentConfig, Overrides } from '../config/config.ts';
import { loadConfig } from '../config/config.ts';
import { runConformance } from '../conformance/run.ts';
import { STORE_KINDS } from '../stores/registry.ts';
import { AGENT_VERSION } from '../version.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { verifyJournal } from './journal.ts';
import { dryRunRevoke, listSessions } from './list.ts';
import { serve } from './serve.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { UsageError } from './usage-error.ts';

interface CommonOptions {
  config?: string;
  port?: string;
  host?: string;
  dataDir?: string;
}
const print = (line: string) => void process.stdout.write(`${line}\n`);
const commas = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The command line. `run` resolves with the exit code. `writer`: module of the thread that writes first listings. */
export function createProgram(
  clock: Clock,
  writer: string | null,
): { run(args: readonly string[]): Promise<number> } {
  let code = 0;
  const program = new Command('watchfloor-agent')
    .description('Follows a session store and serves Watchfloor consoles.')
    .version(AGENT_VERSION)
    .option('-c, --config <file>', 'configuration file', 'agent.yaml')
    .option('--host <address>', 'address to listen on, above the configuration')
    .option('--port <number>', 'port to listen on, above the configuration')
    .option('--data-dir <folder>', 'folder of the agent, above the configuration')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  const config = (more: Pick<Overrides, 'unsetVariables'> = {}): AgentConfig => {
    const options = program.opts<CommonOptions>();
    return loadConfig(options.config ?? 'agent.yaml', STORE_KINDS, process.env, {
      host: options.host,
      port: options.port === undefined ? undefined : wholeNumber('--port', options.port, 65_535),
      dataDir: options.dataDir,
      ...more,
    });
  };

  program
    .command('serve', { isDefault: true })
    .description('serve consoles (default)')
    .action(() => serve(config(), clock, writer));

  const token = program.command('token').description('tokens of operators');
  token
    .command('create')
    .description('make a token and show it once')
    .requiredOption('--name <name>', 'who it is for')
    .requiredOption('--scopes <list>', 'what it may do, separated by commas', commas)
    .option('--accounts <list>', 'ids of the operator’s own accounts', commas)
    .option('--operator <id>', 'id of the operator, when one person has several tokens')
    .option('--expires <time>', 'how long it is valid: 30d, 12h')
    .option(
      '--connection-file <path>',
      'write address and token to a file for the console instead of showing it',
    )
    .option('--url <url>', 'address of the agent in that file')
    .action((options: Parameters<typeof createToken>[1]) => createToken(config(), options, clock, print));
  token
    .command('list')
    .description('show tokens without their secrets')
    .action(() => listTokens(config(), clock, print));
  token
    .command('revoke <id>')
    .description('revoke a token; its connections close')
    .action((id: string) => revokeToken(config(), id, clock, print));

  program
    .command('init')
    .description('write a commented configuration and make the handle key')
    .requiredOption('--store <kind>', `kind of store: ${STORE_KINDS.map(({ kind }) => kind).join(', ')}`)
    .option('--environment <id>', 'id of the environment', 'main')
    .action((options: { store: string; environment: string }) =>
      init(
        program.opts<CommonOptions>().config ?? 'agent.yaml',
        options.store,
        options.environment,
        STORE_KINDS,
        print,
      ),
    );
  program
    .command('list')
    .description('print live sessions')
    .option('--limit <number>', 'at most this many', '1000')
    .option('--json', 'one JSON record a line')
    .action((options: { limit: string; json?: boolean }) =>
      listSessions(config(), wholeNumber('--limit', options.limit), options.json === true, clock, print),
    );
  program
    .command('revoke')
    .description('print whom ending sessions would reach')
    .option('--account <list>', 'ids or names', commas, [])
    .option('--session <list>', 'handles as printed by list', commas, [])
    .option('--all', 'every session')
    .option('--dry-run', 'required: sessions are ended from a console, where it is recorded who did it')
    .action((options: { account: string[]; session: string[]; all?: boolean; dryRun?: boolean }) => {
      if (options.dryRun !== true) {
        throw new UsageError(
          'Add --dry-run. Sessions are ended from a console, so that the audit says who did it.',
        );
      }
      const { account: accounts, session: sessions, all = false } = options;
      return dryRunRevoke(config(), { accounts, sessions, all }, clock, print);
    });
  program
    .command('journal')
    .description('the journal of what was done through this agent')
    .command('verify')
    .description('check that no entry was changed, taken out or moved')
    .action(() => {
      if (!verifyJournal(config(), clock, print)) code = 1;
    });
  program
    .command('doctor')
    .description('examine configuration, key and store')
    .option('--print-grants', 'print the least privileges the store account needs')
    .action(async (options: { printGrants?: boolean }) => {
      if (options.printGrants === true) {
        // Whoever makes the database's user has given it no password yet.
        const { store } = config({ unsetVariables: 'allowed' });
        print(store.grants ?? 'This kind of store needs no grants.');
      } else if (!(await doctor(config(), clock, print))) code = 1;
    });
  program
    .command('conformance')
    .description('test any agent against the protocol')
    .requiredOption('--url <url>', 'address of the agent')
    .option(
      '--token <token>',
      'a token with every scope but sessions:own (or WATCHFLOOR_TOKEN, which other users cannot see)',
    )
    .option('--act', 'also end one session (dry runs only without it)')
    .action(async (options: { url: string; token?: string; act?: boolean }) => {
      const secret = options.token ?? process.env['WATCHFLOOR_TOKEN'];
      if (secret === undefined) throw new UsageError('Give a token with --token or in WATCHFLOOR_TOKEN.');
      code = (await runConformance({ url: options.url, token: secret, act: options.act === true }, print))
        ? 0
        : 1;
    });
  return {
    async run(args) {
      await program.parseAsync(args, { from: 'user' });
      return code;
    },
  };
}

function wholeNumber(name: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new UsageError(`${name} ${text}: a whole number${most < 1e6 ? ` up to ${String(most)}` : ''}.`);
  return value;
}
