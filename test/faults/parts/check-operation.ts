import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { z } from 'zod';
import type { OperationId } from '#shared/domain/ids.ts';
import type { ReceiptRow } from '#shared/ipc/respond-views.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { JournalEntry } from '#shared/journal/entry.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { TARGETS } from './agent-rows.ts';

/** An agent with its journal, wherever it runs. */
interface Witness {
  readonly name: string;
  /** Folder of its state. */
  readonly dataDir: string;
}
interface Journalled {
  /** What became of each session, by command. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Commands in the chained journal that were not given back because the store was down, as often as they are there. */
  readonly taken: readonly string[];
}
const Target = z.object({ command: z.string(), session: z.string(), status: z.string() });

/** What an agent has written down of the commands it got. */
function journalOf({ dataDir }: Witness): Journalled {
  const db = new Database(join(dataDir, 'agent.db'), { readonly: true, timeout: 10_000 });
  try {
    const outcomes = new Map<string, Map<string, string>>();
    for (const raw of db.prepare(`SELECT command, session, status FROM ${TARGETS}`).all()) {
      const { command, session, status } = Target.parse(raw);
      const of = outcomes.get(command) ?? new Map<string, string>();
      outcomes.set(command, of.set(session, status === 'gone' ? 'already-gone' : status));
    }
    const taken: string[] = [];
    for (const body of db.prepare('SELECT body FROM chain ORDER BY seq').pluck().all()) {
      const { action, details } = JournalEntry.parse(JSON.parse(String(body)));
      const { commandId: id } = details;
      if (typeof id !== 'string') continue;
      if (action === 'command') taken.push(id);
      else if (action === 'command-withdrawn') taken.splice(taken.indexOf(id), 1);
    }
    return { outcomes, taken };
  } finally {
    db.close();
  }
}

/** SHA-256 over the sorted lines of sessions and outcomes, as docs/response.md says. */
function digest(rows: readonly Pick<ReceiptRow, 'session' | 'outcome'>[]): string {
  const hash = createHash('sha256');
  for (const line of rows.map(({ session, outcome }) => `${session} ${outcome}\n`).sort()) hash.update(line);
  return hash.digest('hex');
}

/**
 * Waits until an operation is finished and compares what console and agents say of it, to the last session: the
 * receipt, the agents' journals and the console's, and that nobody was in it whom the preview did not show.
 * @param shown sessions of its preview, or null where it was asked to reach more
 */
export async function checkOperation(parts: {
  readonly engine: TestEngine;
  readonly agents: readonly Witness[];
  readonly operation: OperationId;
  readonly shown: readonly string[] | null;
}): Promise<OperationView> {
  const { engine, agents, operation, shown } = parts;
  let found: OperationView | undefined;
  const finished = engine.until('finished', async () => {
    const all = await engine.call('respond.operations', { limit: 500 });
    found = all.find(({ id }) => id === operation);
    const over = found?.commands.every(
      ({ finishedAt, state, problem }) =>
        // What became of one that was given up is learnt when its agent is there again.
        finishedAt !== null &&
        !(state === 'unreachable' && problem?.advice?.startsWith('It was sent') === true),
    );
    return over === true ? found : null;
  });
  const view = await finished.catch((cause: unknown) => {
    throw new Error(`not finished: ${JSON.stringify(found?.commands)}`, { cause });
  });
  await engine.until('its outcomes', () =>
    Promise.resolve(
      engine.rows(
        "SELECT 1 FROM command WHERE operation = ? AND outcome_listed <> 1 AND state IN ('completed', 'partial')",
        operation,
      ).length === 0,
    ),
  );
  const { rows, counts } = await engine.call('respond.receipt', { operation, offset: 0, limit: 1_000 });
  expect(rows.length).toBeLessThan(1_000);
  // Every session is in it once.
  expect(new Set(rows.map(({ connection, session }) => `${connection} ${session}`)).size).toBe(rows.length);
  const ended = rows.filter(({ outcome }) => outcome === 'ended');
  expect(counts.ended ?? 0).toBe(ended.length);
  if (shown !== null) {
    const may = new Set(shown);
    expect(ended.filter(({ session }) => !may.has(session))).toEqual([]);
  }
  const journals = new Map(agents.map((agent) => [agent.name, journalOf(agent)]));
  for (const { id, state, findings } of view.commands) {
    const mine = rows.filter(({ command }) => command === id);
    const [{ environment } = { environment: '' }] = mine;
    const held = [...journals.values()].filter(({ taken }) => taken.includes(id));
    expect(findings).toEqual([]);
    if (state === 'cancelled' || state === 'refused' || state === 'unreachable') {
      // Not carried out is not begun, either.
      expect(held).toHaveLength(0);
      expect(mine.filter(({ outcome }) => outcome === 'ended')).toEqual([]);
      continue;
    }
    // Taken by one agent, once, with these very outcomes.
    expect(held).toHaveLength(1);
    expect(held[0]?.taken.filter((one) => one === id)).toHaveLength(1);
    const said = journals.get(environment)?.outcomes.get(id) ?? held[0]?.outcomes.get(id) ?? new Map();
    expect([...said].sort()).toEqual(mine.map(({ session, outcome }) => [session, outcome]).sort());
    const closed = await engine.call('journal.page', {
      before: null,
      action: 'command-finished',
      limit: 500,
    });
    const entries = closed.rows.filter(({ subject }) => subject?.id === id);
    expect(entries.map(({ details }) => details['outcomes'])).toEqual([digest(mine)]);
  }
  expect((await engine.call('journal.verify', {})).faults).toEqual([]);
  return view;
}
