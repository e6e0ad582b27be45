import type { Clock } from '#shared/domain/units.ts';
import { MINUTE, SECOND } from '#shared/domain/units.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Warning } from '../poll/store-state.ts';
import type { KeptNotice, Notices, NoticeWay } from '../state/notices.ts';
import type { RuleNews } from './context.ts';
import { mailPeople, mailText, sendMail, type MailConfig } from './notify-mail.ts';
import { postWebhook, type WebhookConfig } from './notify-webhook.ts';

export interface NotifyConfig {
  readonly webhook?: WebhookConfig | undefined;
  readonly mail?: MailConfig | undefined;
  /** News are gathered this long before they are told. */
  readonly gatherMs: number;
}
/** Tells people and administrators what rules did, where that is configured; nothing leaves otherwise. */
export interface RuleNotifier {
  /** Notes what is to be told. Call inside `record`. */
  tell(news: RuleNews): void;
  warnings(): readonly Warning[];
  start(): Dispose;
}

const AT_ONCE = 500;
const MOST_WAIT_MS = 15 * MINUTE;

export function createRuleNotifier(options: {
  readonly notices: Notices;
  readonly config: NotifyConfig | null;
  readonly environment: { readonly id: string; readonly name: string };
  readonly clock: Clock;
  readonly log: Log;
}): RuleNotifier {
  const { notices, config, environment, clock, log } = options;
  const ways: NoticeWay[] = [
    ...(config?.webhook === undefined ? [] : ['webhook' as const]),
    ...(config?.mail === undefined ? [] : ['mail' as const]),
  ];
  const failing = new Map<NoticeWay, { problem: string; failures: number; again: number }>();
  const stopping = new AbortController();
  let busy: Promise<void> = Promise.resolve();

  async function deliver(way: NoticeWay, kept: readonly KeptNotice[]): Promise<void> {
    const news = kept.map(({ body }) => JSON.parse(body) as RuleNews);
    const last = kept.at(-1)?.n ?? 0;
    if (way === 'webhook' && config?.webhook !== undefined)
      await postWebhook(config.webhook, { id: String(last), environment, news }, clock(), stopping.signal);
    if (way === 'mail' && config?.mail !== undefined) {
      if (config.mail.to.length > 0) await sendMail(config.mail, mailText(environment, news));
      if (config.mail.people)
        for (const mail of mailPeople(environment, news)) await sendMail(config.mail, mail);
    }
    notices.done(way, last);
  }

  async function run(): Promise<void> {
    const given = notices.giveUp();
    if (given > 0) log.warn('news of rules could not be told for a day and are given up', { count: given });
    for (const way of ways) {
      const state = failing.get(way);
      if (state !== undefined && state.again > clock()) continue;
      const kept = notices.waiting(way, AT_ONCE);
      if (kept.length === 0) continue;
      try {
        await deliver(way, kept);
        failing.delete(way);
      } catch (error) {
        if (stopping.signal.aborted) return;
        const failures = (state?.failures ?? 0) + 1;
        const wait = Math.min(MOST_WAIT_MS, 10 * SECOND * 2 ** Math.min(failures - 1, 8));
        const problem = error instanceof Error ? error.message : String(error);
        failing.set(way, { problem, failures, again: clock() + wait });
        log.warn('news of rules could not be told; it is tried again', { way, problem });
      }
    }
  }

  return {
    tell: (news) => notices.put(JSON.stringify(news), ways),
    warnings: () =>
      [...failing].map(([way, { problem }]) => ({
        id: `rules-notify-${way}`,
        message: `News of rules cannot be told by ${way}: ${problem}. It is tried again for a day.`.slice(
          0,
          4_096,
        ),
      })),
    start() {
      if (ways.length === 0) return () => undefined;
      const timer = setInterval(() => {
        busy = busy.then(run).catch((error: unknown) => {
          log.error('telling news of rules failed', { error: String(error) });
        });
      }, config?.gatherMs ?? MINUTE);
      return () => {
        clearInterval(timer);
        stopping.abort();
      };
    },
  };
}
