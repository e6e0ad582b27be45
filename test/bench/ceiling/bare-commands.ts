import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import type { CommandAnswer, DryRunAnswer } from '#shared/protocol/commands.ts';
import { CommandTargetsAnswer } from '#shared/protocol/commands.ts';
import { authOf, rawSocket } from '#test/support/test-console.ts';

const WAIT_MS = 30_000;

/** A socket to an agent that sends commands and waits for the answers: no mirror, no journal, nothing validated. */
export interface BareClient {
  /** A dry run: how many it would reach, and its preview. */
  dryRun(selector: object): Promise<{ readonly sessions: number; readonly preview: string }>;
  /** Ends what a dry run showed; resolves when all are ended. */
  revoke(selector: object, preview: string): Promise<void>;
  /** Every session that a preview shows. */
  list(preview: string): Promise<readonly string[]>;
  /** From now on it is sent changes, and acknowledges them. */
  subscribe(): Promise<void>;
  close(): void;
}

export async function bareClient(url: string, token: string): Promise<BareClient> {
  const socket: Socket = rawSocket(url, authOf(token));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  const ask = (name: string, payload: object): Promise<unknown> =>
    socket.timeout(WAIT_MS).emitWithAck(name, payload);
  const command = (selector: object, rest: object): Promise<unknown> =>
    ask('command', {
      id: randomUUID(),
      kind: 'revoke',
      selector,
      reason: 'bench',
      claim: { name: 'bench' },
      issuedAt: Date.now(),
      ...rest,
    });
  const bad = (answer: unknown): Error =>
    new Error(`an agent refused: ${JSON.stringify(answer).slice(0, 300)}`);
  return {
    dryRun: async (selector) => {
      const answer = (await command(selector, { dryRun: true })) as DryRunAnswer;
      if (!answer.ok) throw bad(answer);
      return { sessions: answer.reach.sessions, preview: answer.preview };
    },
    revoke: async (selector, preview) => {
      const answer = (await command(selector, { preview, operation: randomUUID() })) as CommandAnswer;
      if (!answer.ok || answer.state !== 'completed' || answer.ended !== answer.matched) throw bad(answer);
    },
    list: async (preview) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = CommandTargetsAnswer.parse(
          await ask('command.targets', {
            preview,
            limit: 5_000,
            ...(cursor === undefined ? {} : { cursor }),
          }),
        );
        if (!page.ok) throw bad(page);
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      return ids;
    },
    subscribe: () =>
      new Promise((resolve, reject) => {
        socket.on(
          'snapshot',
          (part: { part: number; last: boolean }, acknowledge: (answer: object) => void) => {
            acknowledge({ ok: true, part: part.part });
            if (part.last) resolve();
          },
        );
        socket.on('changes', (batch: { to: number }, acknowledge: (answer: object) => void) => {
          acknowledge({ ok: true, seq: batch.to });
        });
        ask('subscribe', { resume: null, want: ['sessions', 'audit', 'accounts'] }).catch(reject);
      }),
    close: () => {
      socket.close();
    },
  };
}
