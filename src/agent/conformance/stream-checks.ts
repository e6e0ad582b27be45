import { z } from 'zod';
import { SECOND } from '#shared/domain/units.ts';
import { parseChange } from '#shared/protocol/changes.ts';
import { Account, AuditEvent, Session } from '#shared/protocol/records.ts';
import {
  ChangesEnvelope,
  SessionsGetAnswer,
  SnapshotEnvelope,
  SubscribeAnswer,
} from '#shared/protocol/stream.ts';
import type { Check } from './check.ts';
import { conforms, must, NotApplicable } from './check.ts';
import type { Probe } from './probe.ts';

const WANT = ['sessions', 'audit', 'accounts'];

export async function subscribe(probe: Probe, resume: unknown = null) {
  const answer = conforms(
    SubscribeAnswer,
    await probe.ask('subscribe', { resume, want: WANT }),
    'the answer to subscribe',
  );
  must(answer.ok, `subscribe was refused: ${JSON.stringify(answer)}`);
  return answer;
}

/** All parts of the snapshot of a subscription. */
export async function snapshotOf(probe: Probe, subscription: string) {
  const isPart = ({ event, payload }: { event: string; payload: unknown }) =>
    event === 'snapshot' && (payload as { subscription?: unknown }).subscription === subscription;
  await probe.wait(
    (message) => isPart(message) && (message.payload as { last?: unknown }).last === true,
    'the last part',
  );
  return probe.received.filter(isPart).map(({ payload }) => conforms(SnapshotEnvelope, payload, 'snapshot'));
}

export const STREAM_CHECKS: readonly Check[] = [
  {
    name: 'a snapshot comes in parts from 0, all as of one position',
    async run({ probe, hello }) {
      const { subscription, mode, next } = await subscribe(probe);
      must(mode === 'snapshot', `mode is ${mode}`);
      const parts = await snapshotOf(probe, subscription);
      parts.forEach((part, index) => {
        must(part.part === index, `part ${String(part.part)} came as number ${String(index)}`);
        must(part.asOf === parts[0]?.asOf, 'asOf differs between parts');
        must(part.epoch === hello.log.epoch, 'the epoch is not that of hello');
        must(part.last === (index === parts.length - 1), 'last is not on the last part only');
        must(
          part.sessions.length + part.accounts.length <= hello.limits.batch,
          'a part is larger than limits.batch',
        );
        for (const session of part.sessions) conforms(Session, session, 'session');
        for (const account of part.accounts) conforms(Account, account, 'account');
      });
      must(next === (parts[0]?.asOf ?? 0) + 1, 'next is not asOf + 1');
    },
  },
  {
    name: 'no changes come before the last part is acknowledged',
    async run({ probe }) {
      const held: (() => void)[] = [];
      let early = false;
      probe.onData((event, payload, acknowledge) => {
        const part = payload as { part?: number; last?: boolean; to?: number };
        if (event === 'changes') {
          early ||= held.length > 0;
          acknowledge({ ok: true, seq: part.to });
        } else if (part.last === true) held.push(() => acknowledge({ ok: true, part: part.part }));
        else acknowledge({ ok: true, part: part.part });
      });
      const { subscription } = await subscribe(probe);
      await snapshotOf(probe, subscription);
      await new Promise((resolve) => setTimeout(resolve, 3 * SECOND));
      must(!early, 'changes came while the last part was unacknowledged');
      for (const acknowledge of held.splice(0)) acknowledge();
    },
  },
  {
    name: 'resume is honoured, and changes are contiguous',
    async run({ probe, another, hello }) {
      const { subscription } = await subscribe(probe);
      const asOf = (await snapshotOf(probe, subscription))[0]?.asOf ?? 0;
      const second = await another();
      const resumed = await subscribe(second, { epoch: hello.log.epoch, seq: asOf });
      must(resumed.mode === 'resume', `mode is ${resumed.mode}`);
      must(resumed.next === asOf + 1, 'next is not the position after the one resumed from');
      await new Promise((resolve) => setTimeout(resolve, 5 * SECOND));
      let before: number = asOf;
      for (const { payload } of second.received.filter(({ event }) => event === 'changes')) {
        const batch = conforms(ChangesEnvelope, payload, 'changes');
        must(batch.from === before + 1 && batch.to >= batch.from, 'ranges are not contiguous');
        before = batch.to;
        for (const item of batch.items) {
          const parsed = parseChange(item);
          must(parsed.is !== 'malformed', parsed.is === 'malformed' ? parsed.problem : '');
        }
      }
    },
  },
  {
    name: 'a foreign epoch or a position beyond the log gets a snapshot',
    async run({ probe, another, hello }) {
      must(
        (await subscribe(probe, { epoch: 'no-such-epoch', seq: 0 })).mode === 'snapshot',
        'a foreign epoch was resumed',
      );
      const far = { epoch: hello.log.epoch, seq: hello.log.head + 1_000_000 };
      must(
        (await subscribe(await another(), far)).mode === 'snapshot',
        'a position beyond the head was resumed',
      );
    },
  },
  {
    name: 'history is newest first, each event once, since inclusive and until exclusive',
    async run({ probe }) {
      const ids = new Set<string>();
      let last: { at: number; id: string } | null = null;
      let cursor: unknown;
      for (let page = 0; page < 5; page++) {
        const answer = await probe.ask('history', { limit: 50, ...(cursor === undefined ? {} : { cursor }) });
        if ((answer['error'] as { code?: string } | undefined)?.code === 'FORBIDDEN')
          throw new NotApplicable('no audit:read');
        must(answer['ok'] === true, JSON.stringify(answer));
        for (const item of conforms(z.array(AuditEvent), answer['items'], 'history')) {
          must(!ids.has(item.id), `event ${item.id} came twice`);
          ids.add(item.id);
          const order: boolean =
            last === null || item.at < last.at || (item.at === last.at && item.id < last.id);
          must(order, 'events are not newest first by (at, id)');
          last = item;
        }
        cursor = answer['next'];
        if (cursor === undefined) break;
      }
      if (last === null) throw new NotApplicable('the history is empty');
      const oldestId = last.id;
      const one = await probe.ask('history', { since: last.at, until: last.at + 1, limit: 1_000 });
      must(
        (one['items'] as { id: string }[]).some(({ id }) => id === oldestId),
        'since is not inclusive',
      );
      const none = await probe.ask('history', { since: last.at, until: last.at, limit: 1_000 });
      must((none['items'] as unknown[]).length === 0, 'until is not exclusive');
    },
  },
  {
    name: 'sessions.get returns what is there and names what is not',
    async run({ probe }) {
      const { subscription } = await subscribe(probe);
      const parts = await snapshotOf(probe, subscription);
      const known = parts
        .flatMap(({ sessions }) => sessions)
        .map((value) => conforms(Session, value, 'session'))[0];
      const ids = [...(known === undefined ? [] : [known.id]), 'no-such-session'];
      const answer = conforms(SessionsGetAnswer, await probe.ask('sessions.get', { ids }), 'the answer');
      must(answer.ok, JSON.stringify(answer));
      must(answer.missing.includes('no-such-session' as never), 'the unknown one is not in missing');
      must(answer.sessions.length + answer.missing.length === ids.length, 'one is neither there nor missing');
    },
  },
  {
    name: 'an acknowledgement that makes no sense ends the connection with a goodbye',
    async run({ another }) {
      const probe = await another();
      probe.onData((_event, _payload, acknowledge) => acknowledge('garbage'));
      await subscribe(probe);
      await probe.wait(({ event }) => event === 'goodbye', 'goodbye');
    },
  },
];
