import { randomUUID } from 'node:crypto';
import { CommandId, OperationId, type ConnectionId, type SessionId } from '#shared/domain/ids.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import type { ResponseAct } from '#shared/ipc/respond-contract.ts';
import type { Preview, PreviewPart, SessionRow } from '#shared/ipc/views.ts';
import type { Reach, Selector } from '#shared/protocol/commands.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import type { Environment } from '../connections/environment.ts';
import type { Matching } from '../mirror/ask-matching.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import { keepPreview, type NewCommand } from '../mirror/operations.ts';
import { mirrored, mirroredIds, type Mirrored, type PlainSelector } from '../mirror/response-reach.ts';
import { canKeepOwn, dryRun, type DryRun } from './ask-agent.ts';
import type { PreviewLists } from './preview-lists.ts';
import { choose, chunks, sparing, type Chosen, type Selection } from './select.ts';
import { addReaches, previewSummary } from './summary.ts';

export interface PreviewParts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly lists: PreviewLists;
  readonly find: (connection: ConnectionId) => Environment | null;
  readonly operatorName: () => string;
  /** Sessions of a sample, as rows. */
  readonly rows: (connection: ConnectionId, ids: readonly SessionId[]) => Promise<readonly SessionRow[]>;
  readonly matching: (filter: Extract<Selection, { matching: unknown }>['matching']) => Promise<Matching>;
}
export interface Previewed {
  readonly preview: Preview;
  /** Whom its commands are about, as it was just written down. */
  readonly selectors: ReadonlyMap<CommandId, Selector>;
  /** Resolves when the agents have listed whom the preview showed, or could not. Never rejects. */
  readonly listed: Promise<void>;
}

/** Dry runs that are under way at one agent at the same time. */
const AT_ONCE = 2;

/** Asks all agents at once whom an act would reach. What comes back is the very set of sessions that it may end. */
export async function preview(
  parts: PreviewParts,
  request: { readonly selection: Selection; readonly act: ResponseAct },
): Promise<Previewed> {
  const { selection, act } = request;
  const operation = OperationId.parse(randomUUID());
  const askedAt = parts.clock();
  const chosen = await choose(selection, act, parts.matching);
  const picked = 'targets' in selection;
  const asked = await Promise.all(chosen.map((one) => previewOne(parts, act, one, picked)));
  const commands = asked.flatMap((one) => one.commands);
  transaction(parts.db, () => {
    const summary = previewSummary(
      act,
      asked.map(({ part, selector }) => ({
        part,
        all: 'all' in selector,
        name: parts.find(part.connection)?.view().name ?? '',
      })),
    );
    keepPreview(parts.db, { id: operation, at: askedAt, summary, act, selection }, commands);
  });
  return {
    preview: { operation, askedAt, act, parts: asked.map((one) => one.part) },
    selectors: new Map(commands.map(({ id, selector }) => [id, selector])),
    listed: listPreviewed(parts, asked),
  };
}

interface Asked {
  readonly part: PreviewPart;
  readonly selector: PlainSelector;
  readonly environment: Environment | null;
  readonly commands: readonly NewCommand[];
}

async function previewOne(
  parts: PreviewParts,
  act: ResponseAct,
  { connection, selector: wanted }: Chosen,
  picked: boolean,
): Promise<Asked> {
  const environment = parts.find(connection);
  const record = environment?.record() ?? null;
  if (environment === null || record === null || record.hello === null) {
    const problem = {
      code: 'UNREACHABLE',
      message: `${environment?.view().name ?? 'This environment'} is not connected, so nothing can be ended there now.`,
      advice: 'Wait until it is connected again, or act on the others.',
    };
    return {
      part: { is: 'unavailable', connection, problem },
      selector: wanted,
      environment,
      commands: [],
    };
  }
  const { key } = record;
  const spared = sparing(parts.db, key, record.hello.operator.accounts, wanted, picked);
  const held = mirrored(parts.db, key, spared.selector, record.hello.operator.accounts);
  const hello = environment.hello();
  const about = { environment, ...spared, held, act };
  if (hello === null) {
    return unasked(parts, about, {
      code: 'UNREACHABLE',
      message: `${record.name} is not connected: these numbers are what was seen last.`,
      advice: 'It can be queued: what is shown here is ended when the agent is reached.',
    });
  }
  // Where the agent leaves one's own out itself, they need not be named: it knows also those that are not mirrored.
  const keepOwn = canKeepOwn(hello) && !('sessions' in wanted && picked);
  const selector = keepOwn && !('sessions' in wanted) ? wanted : spared.selector;
  const answers: DryRun[] = [];
  const commands: NewCommand[] = [];
  const waiting = [...chunks(selector, hello.limits.targets)];
  for (let at = 0; at < waiting.length; at += AT_ONCE) {
    const now = waiting.slice(at, at + AT_ONCE);
    const results = await Promise.all(
      now.map((chunk) =>
        dryRun(environment, {
          id: randomUUID(),
          kind: act.kind,
          ...(act.kind === 'hold' ? { forMs: act.forMs } : {}),
          selector: chunk,
          ...(keepOwn ? { keepOwn } : {}),
          reason: 'preview',
          dryRun: true,
          claim: { name: parts.operatorName() },
          issuedAt: Math.trunc(environment.agentNow()),
        }),
      ),
    );
    for (const [index, result] of results.entries()) {
      const chunk = now[index];
      if (!result.ok) {
        if (result.problem.code === 'NO_ANSWER') return unasked(parts, about, result.problem);
        return {
          part: { is: 'unavailable', connection, problem: result.problem },
          selector,
          environment,
          commands: [],
        };
      }
      if (chunk === undefined) continue;
      answers.push(result.answer);
      commands.push({
        id: CommandId.parse(randomUUID()),
        connectionKey: key,
        preview: result.answer.preview,
        expiresAt: result.answer.expiresAt,
        selector: chunk as NewCommand['selector'],
        confirmation: 'all' in chunk ? record.name : null,
        reach: result.answer.reach.sessions,
        queued: false,
      });
    }
  }
  const reach = addReaches(
    answers.map((one) => one.reach),
    held.accounts,
  );
  const kept = keepOwn ? answers.reduce((sum, one) => sum + (one.kept ?? 0), 0) : 0;
  const sample = answers.flatMap((one) => one.sample.map(({ id }) => id)).slice(0, 100);
  return {
    selector,
    environment,
    commands,
    part: {
      is: 'ready',
      connection,
      reach,
      sample: await parts.rows(connection, sample),
      mirrored: held.sessions,
      kept: keepOwn && !('sessions' in wanted) ? kept : spared.kept + kept,
      comesBack: held,
      // On this machine's clock, as the window counts it down.
      expiresAt: epochMs(
        Math.min(...answers.map((one) => one.expiresAt), Number.MAX_SAFE_INTEGER) -
          (environment.agentNow() - parts.clock()),
      ),
      needsConfirmation: 'all' in selector ? record.name : null,
      needsApproval:
        hello.environment.protected &&
        Math.max(reach.sessions, act.kind === 'revoke' ? 0 : reach.accounts) > hello.limits.unapproved,
    },
  };
}

/** Where no agent answers, the mirror stands in: what it shows can be queued, and nothing else is ended later. */
async function unasked(
  parts: PreviewParts,
  about: {
    readonly environment: Environment;
    readonly selector: PlainSelector;
    readonly kept: number;
    readonly held: Mirrored;
    readonly act: ResponseAct;
  },
  problem: Extract<PreviewPart, { is: 'unasked' }>['problem'],
): Promise<Asked> {
  const { environment, selector, kept, held, act } = about;
  const { key, id: connection, name, hello } = environment.record();
  const ids = mirroredIds(parts.db, key, selector);
  const plain: PlainSelector = act.kind === 'revoke' ? { sessions: ids } : selector;
  const cut = chunks(plain, hello?.limits.targets ?? DEFAULT_HELLO_LIMITS.targets);
  const reach: Reach = {
    sessions: held.sessions,
    accounts: held.accounts,
    privileged: held.privileged,
    service: held.service,
    own: held.own,
    byRole: {},
    clientSide: 0,
  };
  return {
    selector,
    environment,
    commands: cut.map((chunk) => ({
      id: CommandId.parse(randomUUID()),
      connectionKey: key,
      preview: null,
      expiresAt: 0,
      selector: chunk as NewCommand['selector'],
      confirmation: 'all' in selector ? name : null,
      reach: 'sessions' in chunk ? chunk.sessions.length : held.sessions,
      queued: true,
    })),
    part: {
      is: 'unasked',
      connection,
      problem,
      reach,
      sample: await parts.rows(connection, ids.slice(0, 20)),
      kept,
      comesBack: held,
      asOf: environment.view().asOf,
      needsConfirmation: 'all' in selector ? name : null,
    },
  };
}

/** Has the agents list whom each preview showed, where the selector does not name the sessions itself. */
async function listPreviewed({ lists }: PreviewParts, asked: readonly Asked[]): Promise<void> {
  await Promise.all(
    asked.map(async ({ environment, commands }) => {
      if (environment === null) return;
      const previews = commands.flatMap(({ id, preview, reach, selector }) =>
        preview === null || 'sessions' in selector ? [] : [{ id, preview, reach }],
      );
      await lists.list(environment, previews);
    }),
  );
}
