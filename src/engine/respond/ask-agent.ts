import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { CommandId, SessionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { Hello } from '#shared/protocol/handshake.ts';
import { CommandTargetsAnswer, DryRunAnswer, type CommandTarget } from '#shared/protocol/commands.ts';
import type { Environment } from '../connections/environment.ts';

const ANSWER_MS = 15 * SECOND;
const LIST_PAGE = 5_000;
/** A busy agent is asked this often before it counts as not answering. */
const TRIES = 4;

export type DryRun = Extract<z.infer<typeof DryRunAnswer>, { ok: true }>;
type Asked =
  { readonly ok: true; readonly answer: DryRun } | { readonly ok: false; readonly problem: Problem };

/** A dry run; an agent that says it is busy is asked again after the time it names. */
export async function dryRun(environment: Environment, payload: unknown): Promise<Asked> {
  const { name } = environment.view();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const parsed = DryRunAnswer.safeParse(await environment.request('command', payload, ANSWER_MS));
      if (parsed.success && parsed.data.ok) return { ok: true, answer: parsed.data };
      if (!parsed.success) {
        return {
          ok: false,
          problem: {
            code: 'MALFORMED',
            message: `The agent of ${name} answered in a way that cannot be understood.`,
            advice: 'Update the agent, or tell its maker. Nothing was ended.',
          },
        };
      }
      if (parsed.data.ok) continue;
      const { error } = parsed.data;
      const after = error.details?.['retryAfterMs'];
      if (error.code !== 'RATE_LIMITED' || attempt >= TRIES)
        return { ok: false, problem: refusal(name, error) };
      await sleep(typeof after === 'number' ? Math.min(after, 5 * SECOND) : SECOND);
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
}

/** Whether the agent can list sessions one by one. */
export const canList = (environment: Environment): boolean =>
  environment.hello()?.store.capabilities.includes('command.targets') === true;

/** Whether the agent itself can leave the operator's own sessions out: those too that the mirror has not seen yet. */
export const canKeepOwn = (hello: Hello | null | undefined): boolean =>
  hello?.store.capabilities.includes('command.keepOwn') === true;

/** The agent will not list them, or what it says is no list: asking again does not help. */
export class NotListed extends Error {}

/**
 * Sessions of a preview or of a command, a page at a time.
 * @param answerMs how long an answer is waited for
 * @throws NotListed when the agent refuses, answers something else, or goes on for ever; other errors: no answer came
 */
export async function* listTargets(
  environment: Environment,
  of: { readonly id: CommandId } | { readonly preview: string },
  most: number,
  answerMs = ANSWER_MS,
): AsyncGenerator<readonly CommandTarget[]> {
  let cursor: string | undefined;
  let seen = 0;
  do {
    const payload = { ...of, limit: LIST_PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const parsed = CommandTargetsAnswer.safeParse(
      await environment.request('command.targets', payload, answerMs),
    );
    if (!parsed.success) throw new NotListed('its answer cannot be understood');
    const answer = parsed.data;
    if (!answer.ok) throw new NotListed(`${answer.error.code}: ${answer.error.message}`);
    seen += answer.items.length;
    if (seen > most) throw new NotListed(`it lists more than the ${String(most)} sessions that it counted`);
    if (answer.next !== undefined && answer.items.length === 0) throw new NotListed('its list does not end');
    yield answer.items;
    cursor = answer.next;
  } while (cursor !== undefined);
}
export const idsOf = (items: readonly CommandTarget[]): readonly SessionId[] => items.map(({ id }) => id);

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
