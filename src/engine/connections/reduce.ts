import { assertNever } from '#shared/domain/assert-never.ts';
import type { Hello } from '#shared/protocol/handshake.ts';
import type { WireError } from '#shared/protocol/codes.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import type { Input, Machine, Step, Surroundings, TimerName } from './machine.ts';
import { onChanges, onCommitted, onSnapshot, onStaged, QUIET_MS } from './on-data.ts';
import { goodbyeProblem, PROBLEMS } from './problems.ts';
import {
  connect,
  giveUp,
  quiet,
  refuse,
  resumable,
  retire,
  retryLater,
  stay,
  strike,
  subscribe,
} from './transitions.ts';
import { viewOf, wantOf } from './view.ts';

/** The whole behaviour of a connection: state and input in, state and effects out. */
export function reduce(machine: Machine, input: Input, around: Surroundings): Step {
  const { phase } = machine;
  switch (input.type) {
    case 'start':
      return phase.is === 'stopped' ? connect({ ...machine, attempt: 0 }) : stay(machine);
    case 'stop':
      return {
        machine: { ...machine, phase: { is: 'stopped' }, attempt: 0, strikes: 0, round: machine.round + 1 },
        effects: [...quiet, { do: 'disconnect' }],
      };
    case 'reconnect':
      return phase.is === 'stopped' ? stay(machine) : connect({ ...machine, attempt: 0, strikes: 0 });
    case 'timer':
      return onTimer(machine, input.name, around);
    case 'failed':
      if (phase.is === 'stopped' || phase.is === 'refused' || phase.is === 'waiting') return stay(machine);
      return input.person
        ? giveUp(machine, input.problem)
        : retryLater(machine, input.problem, around, input.retryAfterMs);
    case 'closed':
      if (phase.is === 'stopped' || phase.is === 'refused' || phase.is === 'waiting') return stay(machine);
      return retryLater(machine, input.problem, around, null);
    case 'hello':
      return phase.is === 'connecting' ? onHello(machine, input.hello, around) : stay(machine);
    case 'goodbye': {
      if (phase.is === 'stopped' || phase.is === 'refused' || phase.is === 'waiting') return stay(machine);
      const { code, message, retryAfterMs } = input.goodbye;
      return retryLater(machine, goodbyeProblem(code, message), around, retryAfterMs ?? null);
    }
    case 'subscribed':
      return onSubscribed(machine, input, around);
    case 'subscribe-failed':
      return input.round === machine.round ? onSubscribeFailed(machine, input.error, around) : stay(machine);
    case 'snapshot':
      return onSnapshot(machine, input.part, input.ack, around);
    case 'changes':
      return onChanges(machine, input.batch, input.ack, around);
    case 'malformed':
      return onMalformed(machine, input, around);
    case 'staged':
      return input.round === machine.round ? onStaged(machine, input.part, around) : stay(machine);
    case 'committed':
      return onCommitted(machine, input.cursor, input.round, around);
    case 'unwritable':
      if (input.round !== machine.round) return stay({ ...machine, applying: false });
      return retryLater(
        { ...machine, applying: false },
        PROBLEMS.outOfOrder('a batch cannot be kept'),
        around,
        null,
      );
    default:
      return assertNever(input);
  }
}

function onTimer(machine: Machine, name: TimerName, around: Surroundings): Step {
  const { phase } = machine;
  switch (name) {
    case 'retry':
      return phase.is === 'waiting' ? connect(machine) : stay(machine);
    case 'handshake':
      return phase.is === 'connecting'
        ? retryLater(machine, PROBLEMS.timeout(), around, null)
        : stay(machine);
    case 'answer':
      return phase.is === 'subscribing'
        ? retryLater(machine, PROBLEMS.noAnswer('subscribe'), around, null)
        : stay(machine);
    case 'pause':
      return phase.is === 'pausing'
        ? subscribe(machine, phase, resumable(machine, phase), around)
        : stay(machine);
    case 'quiet':
      if (phase.is !== 'streaming' || phase.since !== null || machine.applying) return stay(machine);
      return stay({ ...machine, phase: { ...phase, since: around.now } });
    default:
      return assertNever(name);
  }
}

function onHello(machine: Machine, hello: Hello, around: Surroundings): Step {
  if (hello.protocol !== PROTOCOL_VERSION) return giveUp(machine, PROBLEMS.protocol(hello.protocol));
  const { environment } = machine;
  if (environment !== null && environment !== hello.environment.id) {
    return giveUp(machine, PROBLEMS.otherEnvironment(environment, hello.environment.id));
  }
  const want = wantOf(hello);
  if (want.length === 0) return giveUp(machine, PROBLEMS.nothingToSee());
  const linked = { hello, want, view: viewOf(hello, want), retired: [] };
  const known: Machine = { ...machine, environment: hello.environment.id };
  const cursor = resumable(known, linked);
  // A position ahead of the log: the agent was restored from a backup.
  const resume = cursor !== null && cursor.seq <= hello.log.head ? cursor : null;
  const step = subscribe(known, linked, resume, around);
  return {
    machine: step.machine,
    effects: [{ do: 'cancel', name: 'handshake' }, { do: 'greeted', hello }, ...step.effects],
  };
}

function onSubscribed(
  machine: Machine,
  input: Extract<Input, { type: 'subscribed' }>,
  around: Surroundings,
): Step {
  const { phase } = machine;
  if (phase.is !== 'subscribing' || input.round !== machine.round) return stay(machine);
  const { hello, want, view, retired, resume } = phase;
  const linked = { hello, want, view, retired, subscription: input.subscription };
  if (input.mode === 'snapshot') {
    return {
      machine: {
        ...machine,
        phase: {
          is: 'snapshot',
          ...linked,
          next: 0,
          last: false,
          epoch: null,
          asOf: null,
          staged: 0,
          received: 0,
          pending: [],
        },
      },
      effects: [{ do: 'cancel', name: 'answer' }],
    };
  }
  if (resume === null) {
    return strike(
      machine,
      phase,
      PROBLEMS.outOfOrder('it resumed where a snapshot was asked for'),
      around,
      [],
    );
  }
  const live = resume.seq >= hello.log.head;
  return {
    machine: {
      ...machine,
      phase: {
        is: 'streaming',
        ...linked,
        epoch: resume.epoch,
        receivedTo: resume.seq,
        committedTo: resume.seq,
        target: hello.log.head,
        since: live ? around.now : null,
        pending: [],
      },
    },
    effects: [
      { do: 'cancel', name: 'answer' },
      ...(live ? [] : ([{ do: 'timer', name: 'quiet', ms: QUIET_MS }] as const)),
    ],
  };
}

function onSubscribeFailed(machine: Machine, error: WireError | null, around: Surroundings): Step {
  const { phase } = machine;
  if (phase.is !== 'subscribing') return stay(machine);
  if (error === null) return retryLater(machine, PROBLEMS.malformed('the answer to subscribe'), around, null);
  const problem = PROBLEMS.refusedRequest('subscribe', error.code, error.message);
  if (error.code === 'FORBIDDEN' || error.code === 'UNAUTHENTICATED') return giveUp(machine, problem);
  const after = error.details?.['retryAfterMs'];
  return retryLater(machine, problem, around, typeof after === 'number' ? after : null);
}

function onMalformed(
  machine: Machine,
  input: Extract<Input, { type: 'malformed' }>,
  around: Surroundings,
): Step {
  const { phase } = machine;
  const answer = input.ack === null ? [] : [refuse(input.ack, 'INVALID', input.what)];
  if (phase.is === 'connecting') return retryLater(machine, PROBLEMS.badHello(input.what), around, null);
  if (phase.is !== 'streaming' && phase.is !== 'snapshot') return stay(machine, ...answer);
  return strike(
    machine,
    { ...phase, retired: retire(machine) },
    PROBLEMS.malformed(input.what),
    around,
    answer,
  );
}
