import { z } from 'zod';
import { CHAIN_START, headText, JournalEntry, type JournalHead } from '#shared/journal/entry.ts';
import { canonical } from '#shared/domain/canonical.ts';
import { JournalHeadsAnswer, JournalPageAnswer } from '#shared/protocol/journal.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { sha256, signatureHolds } from './key.ts';

/** What an agent signs when it countersigns a head. */
export const countersignText = (parts: {
  readonly installation: string;
  readonly head: JournalHead;
  readonly at: number;
  readonly own: JournalHead;
}): string => canonical(parts);

type Heads = Extract<JournalHeadsAnswer, { ok: true }>;
export interface Comparison {
  readonly db: ReadableDb;
  readonly connection: number;
  readonly name: string;
  readonly installation: string;
  /** At the entry of the console's journal that it concerns; 0 for what concerns the agent's. */
  readonly found: (seq: number, message: string) => void;
}

/** Pages of heads that are asked for at most; an agent that always says “more” does not keep anybody for ever. */
const MOST_HEAD_PAGES = 1_000;

/**
 * Every head that an agent has signed, page after page.
 * @param ask asks for one page
 */
export async function allHeads(
  ask: (before: { readonly before?: number }) => Promise<unknown>,
): Promise<JournalHeadsAnswer> {
  const first = JournalHeadsAnswer.parse(await ask({}));
  if (!first.ok) return first;
  const items = [...first.items];
  let { more } = first;
  for (let page = 1; more === true && page < MOST_HEAD_PAGES; page += 1) {
    const before = items.at(-1)?.seq ?? 1;
    const next = JournalHeadsAnswer.parse(await ask({ before }));
    if (!next.ok) return next;
    // Not going down would be going round.
    if (next.items.length === 0 || next.items.some(({ seq }) => seq >= before)) break;
    items.push(...next.items);
    more = next.more;
  }
  return { ...first, items, ...(more === undefined ? {} : { more }) };
}

/** The console's journal against the heads that an agent has signed of it. */
export function compareOurs({ db, name, installation, found }: Comparison, answer: Heads): void {
  const last = Number(db.prepare('SELECT coalesce(max(seq), 0) FROM journal').pluck().get());
  const bodyOf = db.prepare('SELECT body FROM journal WHERE seq = ?').pluck();
  for (const { seq, hash, at, own, signature } of answer.items) {
    const text = countersignText({ installation, head: { seq, hash }, at, own });
    if (!signatureHolds(answer.agent.publicKey, text, signature)) {
      found(seq, `${name}: its countersignature of entry ${String(seq)} does not hold.`);
    } else if (seq > last) {
      found(
        seq,
        `${name} has signed entry ${String(seq)}; the journal here ends at ${String(last)}: it was cut.`,
      );
    } else if (sha256(String(bodyOf.get(seq))) !== hash) {
      found(seq, `${name} has signed another entry ${String(seq)} than is here: the journal was rewritten.`);
    }
  }
}

const Kept = z.object({
  seq: z.number(),
  hash: z.string(),
  at: z.number(),
  agent_key: z.string(),
  own_seq: z.number(),
  own_hash: z.string(),
});
type Kept = z.infer<typeof Kept>;

/** Heads that an agent lists, the newest, where it cannot list them all. */
const LISTED = 100;

/** What an agent says of its heads against what it signed for this console. Its own newest signatures, newest first. */
export function compareHeads(
  { db, connection, name, found }: Comparison,
  answer: Heads,
): readonly JournalHead[] {
  const all = db
    .prepare('SELECT * FROM journal_countersign WHERE connection = ? ORDER BY seq DESC')
    .all(connection)
    .map((row) => Kept.parse(row));
  const kept = all.filter(({ agent_key }) => agent_key === answer.agent.key);
  if (kept.length < all.length) {
    found(0, `${name} signs with another key than before: its key and its journal were replaced.`);
  }
  const [newest] = kept;
  if (newest === undefined) return [];
  if (!signatureHolds(answer.agent.publicKey, headText(answer.own), answer.own.signature)) {
    found(0, `${name}: the signature of its own journal’s head does not hold.`);
  }
  if (answer.own.seq < newest.own_seq) {
    found(
      0,
      `${name}: its own journal was cut: it had ${String(newest.own_seq)} entries, now ${String(answer.own.seq)}.`,
    );
  }
  if (answer.items.length === 0) {
    found(0, `${name} does not know the heads that it has signed: its journal was replaced.`);
    return [];
  }
  const said = new Map(answer.items.map((item) => [item.seq, item]));
  const oldest = answer.items.reduce((least, { seq }) => Math.min(least, seq), Number.MAX_SAFE_INTEGER);
  const complete = answer.more === false || (answer.more === undefined && answer.items.length < LISTED);
  for (const one of kept) {
    const item = said.get(one.seq);
    const own = `entry ${String(one.own_seq)} of its own journal`;
    if (item === undefined) {
      if (one.seq > oldest || complete)
        found(one.seq, `${name} has lost ${own}, where it signed entry ${String(one.seq)}.`);
    } else if (item.own.seq !== one.own_seq || item.own.hash !== one.own_hash || item.at !== one.at) {
      found(one.seq, `${name} has signed ${own} otherwise than it says now: its journal was rewritten.`);
    }
  }
  return kept.map(({ own_seq, own_hash }) => ({ seq: own_seq, hash: own_hash }));
}

const PAGE = 500;
/** A longer past is walked at the agent: `watchfloor-agent journal verify`. */
const MOST_PAGES = 40;

/**
 * Walks the agent's own journal up to the newest entry it has shown this console: content, signature, links, and the
 * very entries that it named when it signed. Without the right to read it (`audit:read`) nothing can be said.
 */
export async function walkAgent(
  { name, found }: Comparison,
  answer: Heads,
  named: readonly JournalHead[],
  page: (after: number, limit: number) => Promise<unknown>,
): Promise<void> {
  const until = named[0]?.seq ?? 0;
  const hashes = new Map(named.map(({ seq, hash }) => [seq, hash]));
  let after = Math.max(0, until - PAGE * MOST_PAGES);
  let previous: string | null = after === 0 ? CHAIN_START : null;
  while (after < until) {
    const part = JournalPageAnswer.parse(await page(after, Math.min(PAGE, until - after)));
    if (!part.ok || part.items.length === 0) return;
    for (const { body, signature } of part.items) {
      const seq = after + 1;
      const entry = entryOf(body);
      const hash = sha256(body);
      const wanted = hashes.get(seq);
      const wrong =
        entry?.seq !== seq || !signatureHolds(answer.agent.publicKey, body, signature)
          ? 'was changed, moved or taken out'
          : previous !== null && entry.previous !== previous
            ? 'does not follow from the one before it'
            : wanted !== undefined && wanted !== hash
              ? 'is not the one that it signed with'
              : null;
      if (wrong !== null) {
        found(0, `${name}: entry ${String(seq)} of its own journal ${wrong}: its past was rewritten.`);
        return;
      }
      previous = hash;
      after = seq;
    }
  }
}

function entryOf(body: string): JournalEntry | null {
  try {
    return JournalEntry.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
