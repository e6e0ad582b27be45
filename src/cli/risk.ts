import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RiskCalibration } from '#shared/ipc/risk-contract.ts';
import { act } from './act.ts';
import { askProfile } from './ask.ts';
import { EXIT } from './exit-codes.ts';
import { plain } from './rows.ts';
import { UsageError } from './usage-error.ts';

export interface RiskOptions {
  readonly profile: string;
  readonly env: string;
  readonly questions: string;
  readonly json: boolean;
  readonly save: boolean;
  readonly off: boolean;
  readonly note?: string;
}

type Asking = Pick<Awaited<ReturnType<typeof askProfile>>, 'call'>;

/** The environment of a name; the name of the one there is may be left out by nobody: a threshold is one environment's. */
async function environmentNamed(asking: Asking, name: string): Promise<ConnectionId> {
  const all = await asking.call('environments.list', {});
  const found = all.filter((one) => one.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.connection;
  const names = all.map((one) => `“${plain(one.name)}”`).join(', ');
  throw new UsageError(
    found.length === 0
      ? `No environment is called “${plain(name)}”. There ${all.length === 1 ? 'is' : 'are'}: ${names === '' ? 'none' : names}.`
      : `Several environments are called “${plain(name)}”. Rename one of them in the window.`,
    EXIT.usage,
  );
}

const figure = (value: number): string => String(Number(value.toPrecision(3)));

/** Says which threshold gives a number of questions a week on an environment's own history, and saves it if asked. */
export async function risk(options: RiskOptions, version: string): Promise<number> {
  const questions = Number(options.questions);
  if (options.questions.trim() === '' || !Number.isFinite(questions) || questions < 0 || questions > 100_000)
    throw new UsageError('--questions takes a number from 0 to 100000.', EXIT.usage);
  if (options.save && options.off) throw new UsageError('--save and --off exclude each other.', EXIT.usage);
  const changing = options.save || options.off;
  if (changing && (options.note ?? '').trim() === '')
    throw new UsageError('Saving needs --note: why, for the history of the settings.', EXIT.usage);
  const asking = await askProfile(options.profile, version);
  let connection: ConnectionId;
  let answer: RiskCalibration;
  try {
    connection = await environmentNamed(asking, options.env);
    answer = await asking.call('risk.calibrate', { connection, questionsPerWeek: questions });
  } finally {
    asking.close();
  }
  process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : text(answer));
  if (!changing) return EXIT.ok;
  const { chosen } = answer;
  if (options.save && chosen === null)
    throw new UsageError('There is no history to choose a threshold on; nothing was saved.', EXIT.failed);
  const acting = await act(options.profile, version);
  try {
    const { saved } = await acting.call('detections.settings', { connection });
    const riskySignIn =
      options.off || chosen === null ? null : { questionsPerWeek: questions, askAbove: chosen.askAbove };
    const view = await acting.call('detections.settings.save', {
      connection,
      settings: { ...(saved as Record<string, never>), riskySignIn },
      note: options.note ?? '',
    });
    process.stderr.write(`Saved as version ${String(view.version)} of the settings of this environment.\n`);
  } finally {
    await acting.close();
  }
  return EXIT.ok;
}

function text({ signIns, learning, unscored, weeks, curve, chosen, saved }: RiskCalibration): string {
  const lines = [
    `${String(signIns)} sign-ins in ${figure(weeks)} weeks; ${String(learning)} more of people still being learned, ${String(unscored)} with nothing to compare with`,
    '  questions a week  risk  score above  share',
    ...curve.map(
      ({ questionsPerWeek, risk: at, askAbove, share }) =>
        `  ${figure(questionsPerWeek).padStart(16)}  ${String(at).padStart(4)}  ${figure(askAbove).padStart(11)}  ${(share * 100).toFixed(2)} %`,
    ),
    chosen === null
      ? 'There is no history to choose a threshold on yet.'
      : `Ask above ${figure(chosen.askAbove)} (risk ${String(chosen.risk)} of 100): ${figure(chosen.questionsPerWeek)} questions a week.`,
    ...(saved === null
      ? []
      : [
          `Saved: above ${figure(saved.askAbove)} (risk ${String(saved.risk)}), which gives ${figure(saved.questionsPerWeek)} a week on what is mirrored now.`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}
