import { randomUUID } from 'node:crypto';
import type { Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import { ChannelId } from '#shared/domain/ids.ts';
import type { ChannelConfig, NOTIFY_METHODS } from '#shared/ipc/notify-contract.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { transaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import type { SecretVault } from '../secrets.ts';
import { channelViews, deleteChannel, saveChannel } from './channels.ts';
import type { Notifier } from './notifier.ts';
import { dropOutbox, dueNow, latestDeliveries, reviveFailed } from './outbox.ts';
import { SendError } from './send-error.ts';
import { destination } from './send.ts';

type Answers = Handlers<typeof NOTIFY_METHODS>;

/** What windows and the command line may ask about notifications. */
export function notifyHandlers(parts: {
  readonly db: WritableDb;
  readonly notifier: Notifier;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly changed: () => void;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
}): Answers {
  const { db, notifier, vault, clock, journal } = parts;
  /** Where findings go is as worth knowing as what was done about them: it is in the same transaction. */
  const record = (
    deed: 'saved' | 'removed',
    id: ChannelId,
    { name, target, enabled }: Pick<ChannelConfig, 'name' | 'target' | 'enabled'>,
  ): void => {
    journal.recordOperatorAction({
      action: `notification-channel-${deed}`,
      subject: { kind: 'notification-channel', id, name },
      details: { destination: destination(target), ...(deed === 'saved' ? { enabled } : {}) },
    });
  };
  const must = (id: ChannelId) => {
    const found = notifier.channels().find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: 'This notification channel does not exist any more.',
      advice: 'Look at the list of channels.',
    });
  };
  /** A kept secret goes to the place that it was entered for and to no other, whatever a window asks. */
  const keptFor = (id: ChannelId, config: ChannelConfig): string | undefined => {
    const kept = vault.get(id);
    if (kept === undefined || destination(must(id).target) === destination(config.target)) return kept;
    throw new ProblemError({
      code: 'SECRET_NEEDED',
      message: 'The destination is another one than the secret was entered for.',
      advice: 'Enter the secret again, so that it is used there on purpose.',
    });
  };
  /** What throws at once becomes a rejection, as the contract says. */
  const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);
  return {
    'notify.channels': () => soon(() => notifier.channels()),
    'notify.save': ({ id: given, config, secret }) =>
      soon(() => {
        const id = given ?? ChannelId.parse(`notify-${randomUUID()}`);
        if (given !== undefined && secret === undefined) keptFor(id, config);
        transaction(db, () => {
          saveChannel(db, id, config, clock());
          dueNow(db, id, clock());
          record('saved', id, config);
        });
        if (typeof secret === 'string') vault.put(id, secret);
        else if (secret === null) vault.delete(id);
        notifier.kick();
        parts.changed();
        return must(id);
      }),
    'notify.remove': ({ id }) =>
      soon(() => {
        const channel = must(id);
        transaction(db, () => {
          dropOutbox(db, id);
          deleteChannel(db, id);
          record('removed', id, channel);
        });
        vault.delete(id);
        parts.changed();
        return { removed: true as const };
      }),
    'notify.test': async ({ config, id, secret }) => {
      const began = performance.now();
      try {
        await notifier.test(config, secret ?? (id === undefined ? undefined : keptFor(id, config)));
        return { ok: true, ms: Math.round(performance.now() - began) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        if (!(error instanceof SendError)) throw error;
        return {
          ok: false,
          problem: {
            code: 'NOT_SENT',
            message: `The test message did not get through: ${error.message}.`,
            advice: 'Check the address, the secret and the firewall between here and there.',
          },
        };
      }
    },
    'notify.deliveries': ({ channel, limit }) => soon(() => latestDeliveries(db, channel ?? null, limit)),
    'notify.retry': ({ id }) =>
      soon(() => {
        must(id);
        const now = clock();
        const deliveries = transaction(db, () => dueNow(db, id, now) + reviveFailed(db, id, now));
        notifier.kick();
        return { deliveries };
      }),
  };
}

/** Without an engine that may write: what is there can be seen. */
export const readOnlyNotifyHandlers = (db: ReadableDb, refuse: () => Promise<never>): Answers => ({
  'notify.channels': () => Promise.resolve(channelViews(db, () => 'missing')),
  'notify.deliveries': ({ channel, limit }) => Promise.resolve(latestDeliveries(db, channel ?? null, limit)),
  'notify.save': refuse,
  'notify.remove': refuse,
  'notify.test': refuse,
  'notify.retry': refuse,
});
