import { assertNever } from '#shared/domain/assert-never.ts';
import type { ConnectionState } from '#shared/ipc/views.ts';
import type { Machine } from './machine.ts';

/** What a window shows of a connection. @param expected live sessions that the agent announced, null when unknown */
export function stateView(machine: Machine, expected: number | null): ConnectionState {
  const { phase, attempt } = machine;
  switch (phase.is) {
    case 'stopped':
      return { is: 'stopped' };
    case 'refused':
      return { is: 'refused', problem: phase.problem };
    case 'waiting':
      return { is: 'waiting', retryAt: phase.retryAt, attempt, problem: phase.problem };
    case 'connecting':
      return { is: 'connecting', attempt: attempt + 1 };
    case 'subscribing':
      return { is: 'syncing', received: 0, expected };
    case 'pausing':
      return machine.applying
        ? { is: 'syncing', received: 0, expected }
        : { is: 'waiting', retryAt: phase.retryAt, attempt: machine.strikes, problem: phase.problem };
    case 'snapshot':
      return { is: 'syncing', received: phase.received, expected };
    case 'streaming':
      return phase.since === null
        ? { is: 'syncing', received: expected ?? 0, expected }
        : { is: 'live', since: phase.since };
    default:
      return assertNever(phase);
  }
}

/** Whether requests can be sent: the agent has greeted and the connection stands. */
export const isGreeted = ({ phase }: Machine): boolean =>
  phase.is === 'subscribing' || phase.is === 'pausing' || phase.is === 'snapshot' || phase.is === 'streaming';
export const isLive = ({ phase }: Machine): boolean => phase.is === 'streaming' && phase.since !== null;
