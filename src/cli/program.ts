import { Command, CommanderError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { backup } from './backup.ts';
import { check } from './check.ts';
import { collect, type CollectOptions } from './collect.ts';
import {
  detectionsList,
  detectionsShow,
  detectionsTriage,
  type DetectionsListOptions,
  type TriageOptions,
} from './detections.ts';
import { runDetect } from './detect-command.ts';
import { addEncryption } from './encryption-commands.ts';
import { EXIT } from './exit-codes.ts';
import {
  counts,
  COUNTS_DEFAULTS,
  difference,
  seen,
  shared,
  top,
  type CountsOptions,
  type SharedOptions,
  type TopOptions,
} from './figures.ts';
import { notifyTest } from './notify-test.ts';
import { at, query, type AtOptions, type QueryOptions } from './query.ts';
import { erase, exportPersonData, type PersonOptions } from './person.ts';
import { retention, verifyArchiveFile, type RetentionOptions } from './retention.ts';
import { recover, type RecoverOptions } from './recover.ts';
import { report, type ReportOptions } from './report.ts';
import { listsAdd, listsRemove, listsShow } from './lists.ts';
import { risk, type RiskOptions } from './risk.ts';
import { sessions, type SessionsOptions } from './sessions.ts';
import { sigmaCheck } from './sigma-check.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';
import { verify, type VerifyOptions } from './verify.ts';

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

interface WithProfile {
  readonly profile: string;
}

/** The command line. `run` resolves with the exit code. */
export function createProgram(): { run(args: readonly string[]): Promise<number> } {
  let code: number = EXIT.ok;
  const program = new Command('watchfloor')
    .description('Collects and answers questions about sessions without a window.')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  const profile = () =>
    new Option('-p, --profile <folder>', 'folder of the profile')
      .env('WATCHFLOOR_PROFILE')
      .makeOptionMandatory();

  program
    .command('collect')
    .description('connect to agents and mirror them until told to stop')
    .addOption(profile())
    .option(
      '-f, --connection-file <file>',
      'address and token of an agent, readable by you alone; may be given several times',
      (file: string, before: readonly string[]) => [...before, file],
      [] as readonly string[],
    )
    .option('--url <url>', 'address of an agent whose token is in WATCHFLOOR_TOKEN')
    .option('--name <name>', 'what to call the environment of --url')
    .option('--notify <file>', 'tell people of detections over the channels of this file')
    .option(
      '--no-words',
      'keep no index of the words of messages: less work and room, slower searches for words',
    )
    .option('-v, --verbose', 'log everything to stderr', false)
    .action(async (options: CollectOptions) => {
      code = await collect(options, manifest.version);
    });

  program
    .command('status')
    .description('how every environment stands')
    .addOption(profile())
    .option('--json', 'as JSON', false)
    .action(async (options: WithProfile & { readonly json: boolean }) => {
      code = await status(options.profile, options.json, manifest.version);
    });

  program
    .command('sessions')
    .description('list sessions, those seen last first')
    .addOption(profile())
    .option('--state <state>', 'live, ended or all', 'live')
    .option('--text <text>', 'part of an account name, address, place, network or device')
    .option('--limit <number>', 'how many at most', '50')
    .option('--format <format>', 'table or ndjson', 'table')
    .action(async (options: SessionsOptions) => {
      code = await sessions(options, manifest.version);
    });

  const detections = program.command('detections').description('what was found');
  detections
    .command('list')
    .description('list detections, the worst and newest first')
    .addOption(profile())
    .option('--state <state>', 'open, acknowledged, closed or all', 'open')
    .option('--severity <severity>', 'this one and worse: info, low, medium, high, critical', 'low')
    .option('--all', 'also what a filter or a suppression silenced, and what was found in the past', false)
    .option('--limit <number>', 'how many at most', '50')
    .option('--format <format>', 'table or ndjson', 'table')
    .action(async (options: DetectionsListOptions) => {
      code = await detectionsList(options, manifest.version);
    });
  detections
    .command('show <id>')
    .description('everything about one detection; the beginning of its id will do')
    .addOption(profile())
    .option('--json', 'as JSON', false)
    .action(async (id: string, options: WithProfile & { readonly json: boolean }) => {
      code = await detectionsShow(options, id, manifest.version);
    });
  detections
    .command('triage <ids...>')
    .description('change state, verdict or assignee of detections, or add a note')
    .addOption(profile())
    .option('--state <state>', 'open, acknowledged or closed')
    .option('--verdict <verdict>', 'true-positive, benign or false-positive; needed to close')
    .option('--assignee <name>', 'who looks after it; “nobody” takes it away')
    .option('--note <text>', 'a note that stays with it')
    .action(async (ids: readonly string[], options: TriageOptions) => {
      code = await detectionsTriage(options, ids, manifest.version);
    });

  const lists = program
    .command('lists')
    .description('lists of networks by kind, and a table of your own networks (docs/geo.md)');
  lists
    .command('show')
    .description('what is loaded, with its date, and what is wrong with it')
    .addOption(profile())
    .action((options: WithProfile) => {
      code = listsShow(options.profile);
    });
  lists
    .command('add <file>')
    .description(
      'load a list (.txt, .csv) or the table of own networks (.yaml, .json); replaces one of the same name',
    )
    .addOption(profile())
    .action(async (file: string, options: WithProfile) => {
      code = await listsAdd(options.profile, file, manifest.version);
    });
  lists
    .command('remove <name>')
    .description('take a loaded file away')
    .addOption(profile())
    .action(async (name: string, options: WithProfile) => {
      code = await listsRemove(options.profile, name, manifest.version);
    });

  program
    .command('risk')
    .description('which risk to ask about, by how many questions a week that gives on the mirrored sign-ins')
    .addOption(profile())
    .requiredOption('--env <name>', 'the environment; each has a threshold of its own')
    .option('--questions <number>', 'how many questions a week', '5')
    .option('--save', 'save the threshold as the setting of this environment', false)
    .option('--off', 'ask nobody any more', false)
    .option('--note <text>', 'why, for the history of the settings')
    .option('--json', 'as JSON', false)
    .action(async (options: RiskOptions) => {
      code = await risk(options, manifest.version);
    });

  const searching = (command: Command): Command =>
    command
      .addOption(profile())
      .option('--format <format>', 'table, csv or ndjson', 'table')
      .option('--limit <number>', 'how many rows at most', '50')
      .option('--env <name>', 'only this environment; may be given several times', several, [])
      .option('--local', 'dates and times of the search are of this machine’s zone, not UTC', false);
  searching(
    program
      .command('query <search>')
      .description('find sessions or events (docs/query.md tells the language)'),
  )
    .option('--audit', 'events instead of sessions', false)
    .action(async (search: string, options: QueryOptions) => {
      code = await query(search, options, manifest.version);
    });
  searching(program.command('at <time>').description('who was signed in at an instant'))
    .option('--search <search>', 'only those that fit', '')
    .action(async (time: string, options: AtOptions) => {
      code = await at(time, options, manifest.version);
    });
  searching(
    program.command('difference <from> <to>').description('who was signed in at only one of two instants'),
  )
    .option('--search <search>', 'only those that fit', '')
    .action(async (from: string, to: string, options: AtOptions) => {
      code = await difference(from, to, options, manifest.version);
    });
  searching(
    program.command('seen <search>').description('when what a search is about was seen first and last'),
  ).action(async (search: string, options: AtOptions) => {
    code = await seen(search, options, manifest.version);
  });
  searching(
    program.command('counts [search]').description('sessions opened, or events, in equal steps of time'),
  )
    .option('--audit', 'events instead of sessions', false)
    .option('--from <time>', 'where to begin: a day, a moment, or how long ago', COUNTS_DEFAULTS.from)
    .option('--to <time>', 'where to end', COUNTS_DEFAULTS.to)
    .option('--step <length>', 'length of a step: 10m, 1h, 1d', COUNTS_DEFAULTS.step)
    .action(async (search: string | undefined, options: CountsOptions) => {
      code = await counts(search ?? '', options, manifest.version);
    });
  searching(program.command('top [search]').description('the values of a field that occur most'))
    .option('--audit', 'events instead of sessions', false)
    .requiredOption('--by <field>', 'which field: country, network, browser, user, action …')
    .action(async (search: string | undefined, options: TopOptions) => {
      code = await top(search ?? '', options, manifest.version);
    });
  searching(program.command('shared [search]').description('addresses from which several people were seen'))
    .option('--least <number>', 'so many people at least', '2')
    .action(async (search: string | undefined, options: SharedOptions) => {
      code = await shared(search ?? '', options, manifest.version);
    });
  program
    .command('stats')
    .description('what is mirrored of each environment')
    .addOption(profile())
    .option('--format <format>', 'table, csv or ndjson', 'table')
    .option('--search <search>', 'count the sessions that fit only', '')
    .action(async (options: WithProfile & { readonly format: string; readonly search: string }) => {
      code = await stats(options, manifest.version);
    });

  program
    .command('check')
    .description('look for damage in the database of a profile')
    .addOption(profile())
    .action((options: WithProfile) => {
      code = check(options.profile);
    });

  program
    .command('recover')
    .description('read what can be read of a damaged database into a new one, and keep the old one')
    .addOption(profile())
    .option('--from <file>', 'a damaged file that was kept earlier, instead of the profile’s own')
    .option('--json', 'the report as JSON', false)
    .action((options: RecoverOptions) => {
      code = recover(options);
    });

  program
    .command('backup')
    .description('copy the database of a profile, also while it is in use, and read the copy through')
    .addOption(profile())
    .argument('<file>', 'must not exist yet')
    .action(async (file: string, options: WithProfile) => {
      code = await backup(options.profile, file, manifest.version);
    });

  program
    .command('retention')
    .description('show or change how long things are kept, and what is due to be deleted')
    .addOption(profile())
    .option('--events <days>', 'keep events this long, or “forever”')
    .option('--sessions <days>', 'keep ended sessions this long, or “forever”')
    .option('--detections <days>', 'keep closed and silenced detections this long, or “forever”')
    .option('--environment <name>', 'for this environment alone')
    .option('--size <megabytes>', 'delete the oldest events beyond this size, or “any”')
    .option('--archive <folder>', 'write what is deleted there first, or “none”')
    .option('--run', 'delete what is due now', false)
    .option('--json', 'as JSON', false)
    .action(async (options: RetentionOptions) => {
      code = await retention(options, manifest.version);
    });

  addEncryption(program, profile, (ended) => {
    code = ended;
  });

  program
    .command('verify-archive')
    .description('check that an archive of deleted records is whole and unchanged')
    .argument('<file>')
    .action((file: string) => {
      code = verifyArchiveFile(file);
    });

  const accounts = () =>
    new Option('-a, --account <account>', '<environment>/<account id>; may be given several times')
      .argParser((text: string, before: readonly string[]) => [...before, text])
      .default([] as readonly string[]);

  program
    .command('export-person')
    .description('write everything about a person into a file, a JSON object a line')
    .addOption(profile())
    .addOption(accounts())
    .requiredOption('-o, --output <file>', 'must not exist yet')
    .action(async (options: PersonOptions & { readonly output: string }) => {
      code = await exportPersonData(options, manifest.version);
    });

  program
    .command('erase')
    .description('delete everything about a person')
    .addOption(profile())
    .addOption(accounts())
    .option('--yes', 'really', false)
    .option('--no-compact', 'do not rewrite the file afterwards')
    .action(async (options: PersonOptions & { readonly yes: boolean; readonly compact: boolean }) => {
      code = await erase(options, manifest.version);
    });

  program
    .command('report')
    .description(
      'a report for a period: sign-ins, failures, privileged use, sessions ended, changes, open detections',
    )
    .addOption(profile())
    .requiredOption('--from <date>', 'first day (UTC), or an ISO time')
    .requiredOption('--to <date>', 'the day after the last one (UTC), or an ISO time')
    .option('--format <format>', 'csv or html', 'html')
    .option('--out <file>', 'write to this file instead of standard output')
    .action((options: ReportOptions) => {
      code = report(options, manifest.version);
    });

  program
    .command('verify')
    .description('verify the journal of what operators did')
    .addOption(profile())
    .option(
      '--heads <file>',
      'heads exported earlier, so that a cut journal shows; may be given several times',
      (file: string, before: readonly string[]) => [...before, file],
      [] as readonly string[],
    )
    .option('--json', 'as JSON', false)
    .action((options: VerifyOptions) => {
      code = verify(options);
    });

  program
    .command('notify-test')
    .description('send a test message over every channel of a file')
    .argument('<file>')
    .action(async (file: string) => {
      code = await notifyTest(file);
    });

  program
    .command('sigma')
    .description('imported rules')
    .command('check')
    .description('say of every rule whether it loads, and if not, what is not supported and where')
    .argument('<files...>', 'rule files, or folders of them')
    .option('--map <file>', 'your own field map')
    .option('--json', 'as JSON', false)
    .action((files: readonly string[], options: { readonly map?: string; readonly json: boolean }) => {
      code = sigmaCheck(files, options);
    });

  program
    .command('detect')
    .description('run the detections over a file of events')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]')
    .action(async (_options: readonly string[], _flags: unknown, command: Command) => {
      code = await runDetect(command.args, process);
    });

  return {
    run: async (args) => {
      try {
        await program.parseAsync([...args], { from: 'user' });
        return code;
      } catch (error) {
        // Commander has printed its own message.
        if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
        throw error;
      }
    },
  };
}
