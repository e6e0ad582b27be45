import { assertNever } from '#shared/domain/assert-never.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { duration, relativeTime } from './time.ts';
import { count } from './words.ts';

/** good: as it should be; busy: on its way; late: data is getting old; bad: a person must do something. */
export type ConnectionTone = 'good' | 'busy' | 'late' | 'bad' | 'off';

export interface ConnectionWords {
  readonly tone: ConnectionTone;
  /** A few words, for a chip. */
  readonly short: string;
  /** What happened. */
  readonly sentence: string;
  /** What to do, or what happens by itself. */
  readonly advice: string | null;
}

const since = (environment: EnvironmentView, now: number): string =>
  environment.asOf === null ? 'nothing read yet' : `last read ${relativeTime(environment.asOf, now)}`;

const kept = (environment: EnvironmentView, now: number): string =>
  environment.asOf === null
    ? 'Nothing has been mirrored from it yet.'
    : `What is shown is as of ${relativeTime(environment.asOf, now)}; it is kept.`;

/** Says in words how a connection stands, and what to do when it fails. */
export function connectionWords(environment: EnvironmentView, now: number): ConnectionWords {
  const { state } = environment;
  switch (state.is) {
    case 'stopped':
      return {
        tone: 'off',
        short: 'off',
        sentence: `Switched off. ${kept(environment, now)}`,
        advice: 'Switch it on under Environments.',
      };
    case 'connecting':
      return {
        tone: 'busy',
        short: 'connecting',
        sentence: `Connecting${state.attempt > 1 ? `, attempt ${String(state.attempt)}` : ''}. ${kept(environment, now)}`,
        advice: null,
      };
    case 'syncing':
      return {
        tone: 'busy',
        short: 'catching up',
        sentence: `Catching up: ${count(state.received)}${state.expected === null ? '' : ` of ${count(state.expected)}`} records.`,
        advice: null,
      };
    case 'live':
      return live(environment, now);
    case 'waiting':
      return {
        tone: 'late',
        short: since(environment, now),
        sentence: `${state.problem.message} ${kept(environment, now)}`,
        advice: joined(
          state.problem.advice,
          state.retryAt > now ? `Tries again in ${duration(state.retryAt - now)}.` : 'Trying again now.',
        ),
      };
    case 'refused':
      return {
        tone: 'bad',
        short: 'needs you',
        sentence: `${state.problem.message} ${kept(environment, now)}`,
        advice: state.problem.advice ?? 'Change the connection under Environments, then try again.',
      };
    default:
      return assertNever(state);
  }
}

function live(environment: EnvironmentView, now: number): ConnectionWords {
  const { status } = environment;
  if (status !== null && status.store !== 'up') {
    const down = status.store === 'down';
    return {
      tone: down ? 'bad' : 'late',
      short: down ? 'store down' : 'store slow',
      sentence: `The agent answers, but its store is ${down ? 'down' : 'degraded'}${status.error === undefined ? '' : `: ${status.error}`}. ${kept(environment, now)}`,
      advice: 'Look at the database that the agent reads; it goes on by itself when the store is back.',
    };
  }
  const lag = status?.lagMs ?? null;
  const short = lag === null ? 'live' : `${(lag / 1_000).toFixed(1)} s`;
  return {
    tone: 'good',
    short,
    sentence: lag === null ? 'Live.' : `Live, ${short} behind the store.`,
    advice: null,
  };
}

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');

/** How much of what is watched is seen as it happens: one agent that is gone must not hide behind those that answer. */
export function liveWords(past: boolean, live: number, watched: number): string {
  if (past) return 'Past shown';
  if (live === 0) return 'Not live';
  return live >= watched ? 'Live' : `${String(live)} of ${String(watched)} live`;
}
