import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import {
  CommandId,
  OperationId,
  type AccountId,
  type ConnectionId,
  type SessionId,
} from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { epochMs, SECOND, type Clock } from '#shared/domain/units.ts';
import type { ResponseTarget } from '#shared/ipc/engine-contract.ts';
import type { Preview, PreviewPart, SessionRow } from '#shared/ipc/views.ts';
import { DryRunAnswer, type Reach, type Selector } from '#shared/protocol/commands.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Environment } from '../connections/environment.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import { keepPreview, type NewCommand } from '../mirror/operations.ts';
import { mirrored, ownLiveSessions } from '../mirror/response-reach.ts';

export interface PreviewParts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly operatorName: () => string;
  /** Sessions of a sample, as rows. */
  readonly rows: (connection: ConnectionId, ids: readonly SessionId[]) => Promise<readonly SessionRow[]>;
}
type Target = z.output<typeof ResponseTarget>;
type TargetSelector = Target['selector'];

const ANSWER_MS = 15 * SECOND;

/** Asks all agents at once whom an act would reach. What comes back is the very set of sessions that it may end. */
export async function preview(parts: PreviewParts, targets: readonly Target[]): Promise<Preview> {
  const operation = OperationId.parse(randomUUID());
  const askedAt = parts.clock();
  const asked = await Promise.all(targets.map((target) => previewOne(parts, target)));
  const commands = asked.flatMap((one) => one.commands);
  transaction(parts.db, () => {
    keepPreview(parts.db, { id: operation, at: askedAt, summary: summary(parts, asked) }, commands);
  });
  return { operation, askedAt, parts: asked.map((one) => one.part) };
}

interface Asked {
  readonly part: PreviewPart;
  readonly target: Target;
  readonly commands: readonly NewCommand[];
}

async function previewOne(parts: PreviewParts, target: Target): Promise<Asked> {
  const { connection } = target;
  const unavailable = (problem: Problem): Asked => ({
    part: { is: 'unavailable', connection, problem },
    target,
    commands: [],
  });
  const environment = parts.find(connection);
  const hello = environment?.hello() ?? null;
  if (environment === null || hello === null) {
    return unavailable({
      code: 'UNREACHABLE',
      message: `${environment?.view().name ?? 'This environment'} is not connected, so nothing can be ended there now.`,
      advice: 'Wait until it is connected again, or act on the others.',
    });
  }
  const { key, name } = environment.record();
  const selector = sparing(parts.db, key, hello.operator.accounts, target.selector);
  const answers: Extract<z.infer<typeof DryRunAnswer>, { ok: true }>[] = [];
  const commands: NewCommand[] = [];
  for (const chunk of chunks(selector, hello.limits.targets)) {
    const payload = {
      id: randomUUID(),
      kind: 'revoke',
      selector: chunk,
      reason: 'preview',
      dryRun: true,
      claim: { name: parts.operatorName() },
      issuedAt: Math.trunc(environment.agentNow()),
    };
    const answer = await ask(environment, payload);
    if (!answer.ok) return unavailable(answer.problem);
    answers.push(answer.answer);
    commands.push({
      id: CommandId.parse(randomUUID()),
      connectionKey: key,
      preview: answer.answer.preview,
      expiresAt: answer.answer.expiresAt,
      selector: chunk,
      confirmation: 'all' in chunk ? name : null,
    });
  }
  const held = mirrored(parts.db, key, selector);
  const reach = together(
    answers.map((one) => one.reach),
    held.accounts,
  );
  const sample = answers.flatMap((one) => one.sample.map(({ id }) => id)).slice(0, 100);
  return {
    target,
    commands,
    part: {
      is: 'ready',
      connection,
      reach,
      sample: await parts.rows(connection, sample),
      mirrored: held.sessions,
      // On this machine's clock, as the window counts it down.
      expiresAt: epochMs(
        Math.min(...answers.map((one) => one.expiresAt)) - (environment.agentNow() - parts.clock()),
      ),
      needsConfirmation: 'all' in selector ? name : null,
      needsApproval: hello.environment.protected && reach.sessions > hello.limits.unapproved,
    },
  };
}

async function ask(
  environment: Environment,
  payload: unknown,
): Promise<
  | { readonly ok: true; readonly answer: Extract<z.infer<typeof DryRunAnswer>, { ok: true }> }
  | { readonly ok: false; readonly problem: Problem }
> {
  const { name } = environment.view();
  try {
    const parsed = DryRunAnswer.safeParse(await environment.request('command', payload, ANSWER_MS));
    if (parsed.success && parsed.data.ok) return { ok: true, answer: parsed.data };
    if (parsed.success && !parsed.data.ok) return { ok: false, problem: refusal(name, parsed.data.error) };
    return {
      ok: false,
      problem: {
        code: 'MALFORMED',
        message: `The agent of ${name} answered in a way that cannot be understood.`,
        advice: 'Update the agent, or tell its maker. Nothing was ended.',
      },
    };
  } catch (error) {
    return {
      ok: false,
      problem: {
        code: 'NO_ANSWER',
        message: `The agent of ${name} did not answer (${error instanceof Error ? error.message : 'no reason given'}).`,
        advice: 'Try again. Nothing was ended.',
      },
    };
  }
}

/** What an agent's refusal means to the person who asked. */
export function refusal(name: string, error: { readonly code: string; readonly message: string }): Problem {
  const advice: Readonly<Record<string, string>> = {
    FORBIDDEN:
      'Your token may not do this. Ask who runs the agent for the scope sessions:revoke (or revoke-all).',
    STALE: 'The preview is too old. Preview again; nothing was ended.',
    CONFLICT: 'Preview again and look at whom it reaches; nothing was ended.',
    NOT_FOUND: 'Preview again; the agent does not know the preview any more. Nothing was ended.',
    UNSUPPORTED: 'This store cannot end sessions like this. Nothing was ended.',
    LIMIT: 'Choose fewer at once. Nothing was ended.',
    CONFIRMATION_REQUIRED: 'Type the name of the environment. Nothing was ended.',
    STORE_UNAVAILABLE: 'The store does not answer its agent. Try again later.',
    RATE_LIMITED: 'The agent asks to wait. Try again in a moment.',
  };
  return {
    code: error.code,
    message: `${name} refused: ${error.message === '' ? error.code : error.message}.`,
    advice: advice[error.code] ?? 'Nothing was ended. If it goes on, look at the agent’s log.',
  };
}

/** The operator's own sessions are kept, unless their account is named or they are picked one by one. */
function sparing(
  db: WritableDb,
  connection: number,
  own: readonly AccountId[],
  selector: TargetSelector,
): TargetSelector {
  if ('sessions' in selector) return selector;
  const named = new Set<AccountId>('accounts' in selector ? selector.accounts : []);
  const spared = ownLiveSessions(
    db,
    connection,
    own.filter((account) => !named.has(account)),
  );
  const except = [...new Set([...(selector.except ?? []), ...spared])];
  return except.length === 0 ? selector : { ...selector, except };
}

function chunks(selector: TargetSelector, size: number): readonly Selector[] {
  if ('sessions' in selector) return cut(selector.sessions, size).map((sessions) => ({ sessions }));
  if ('accounts' in selector) {
    const { except } = selector;
    return cut(selector.accounts, size).map((accounts) => ({
      accounts,
      ...(except === undefined ? {} : { except }),
    }));
  }
  return [selector.except === undefined ? { all: true } : { all: true, except: selector.except }];
}

/** Bytes of ids in one message, well under the limit of a message whatever their length. */
const MOST_BYTES = LIMITS.messageBytes / 2;
function cut<T extends string>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const id of new Set(all)) {
    if (part.length >= size || bytes + id.length > MOST_BYTES) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(id);
    bytes += 3 * id.length + 3;
  }
  return part.length === 0 ? parts : [...parts, part];
}

/** Adds reaches up. An account may be in several parts, so the mirror's own count limits the sum. */
function together(reaches: readonly Reach[], mirroredAccounts: number): Reach {
  const [only] = reaches;
  if (only !== undefined && reaches.length === 1) return only;
  const sum = (pick: (reach: Reach) => number): number =>
    reaches.reduce((total, one) => total + pick(one), 0);
  const byRole: Record<string, number> = {};
  for (const one of reaches) {
    for (const [role, count] of Object.entries(one.byRole)) byRole[role] = (byRole[role] ?? 0) + count;
  }
  const accounts = sum((one) => one.accounts);
  return {
    sessions: sum((one) => one.sessions),
    accounts: mirroredAccounts > 0 ? Math.min(accounts, mirroredAccounts) : accounts,
    privileged: sum((one) => one.privileged),
    service: sum((one) => one.service),
    own: sum((one) => one.own),
    byRole,
    clientSide: sum((one) => one.clientSide),
  };
}

function summary(parts: PreviewParts, asked: readonly Asked[]): string {
  const said = asked.flatMap(({ part, target }) => {
    if (part.is !== 'ready') return [];
    const name = parts.find(part.connection)?.view().name ?? '';
    const { sessions } = part.reach;
    const what =
      'all' in target.selector ? 'all sessions' : `${String(sessions)} session${sessions === 1 ? '' : 's'}`;
    return [`${what} in ${name}`];
  });
  return said.length === 0 ? 'End nothing: no environment could be asked' : `End ${said.join(', ')}`;
}
