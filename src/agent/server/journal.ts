import { headText } from '#shared/journal/entry.ts';
import type {
  Countersign,
  CountersignAnswer,
  JournalHeads,
  JournalHeadsAnswer,
  JournalPage,
  JournalPageAnswer,
} from '#shared/protocol/journal.ts';
import { fingerprintOf, signatureHolds } from '../keys/signing-key.ts';
import { signedHead } from '../state/chain.ts';
import type { AgentState } from '../state/state.ts';
import { mayReadAudit } from '../state/viewer.ts';
import type { Caller } from './caller.ts';
import { Refused } from './refusal.ts';

const HEADS = 100;

/** Signs the head of a console's journal, unless its past is another than what was signed before. */
export function countersign(state: AgentState, caller: Caller, request: Countersign): CountersignAnswer {
  const { installation, publicKey, seq, hash, signature } = request;
  if (fingerprintOf(publicKey) !== installation)
    throw new Refused('INVALID', 'installation: not the fingerprint of publicKey.', { path: 'installation' });
  if (!signatureHolds(publicKey, headText({ seq, hash }), signature))
    throw new Refused('INVALID', 'signature: does not hold.', { path: 'signature' });
  const { signing } = state.keys;
  const agent = { key: signing.fingerprint, publicKey: signing.publicKey };
  return state.transaction(() => {
    const last = state.chain.lastOf(installation);
    if (last !== null && (seq < last.seq || (seq === last.seq && hash !== last.hash)))
      throw new Refused(
        'CONFLICT',
        `This installation’s journal had entry ${String(last.seq)} with another hash, or more entries: its past is not what was signed.`,
        { seq: last.seq, hash: last.hash },
      );
    const signed =
      last !== null && last.seq === seq
        ? last
        : state.chain.countersign(installation, { seq, hash }, caller.operator);
    return { ok: true, at: signed.at, agent, own: signed.own, signature: signed.signature };
  });
}

/** Heads that were signed for an installation, newest first, a page at a time. */
export function journalHeads(state: AgentState, { installation, before }: JournalHeads): JournalHeadsAnswer {
  const { signing } = state.keys;
  const found = state.chain.countersigned(installation, HEADS + 1, before);
  return {
    ok: true,
    agent: { key: signing.fingerprint, publicKey: signing.publicKey },
    items: found.slice(0, HEADS),
    more: found.length > HEADS,
    own: signedHead(signing, state.chain.head()),
  };
}

/** Entries of the agent's own journal; they name everybody. */
export function journalPage(state: AgentState, { viewer }: Caller, request: JournalPage): JournalPageAnswer {
  if (viewer.own !== null || !mayReadAudit(viewer))
    throw new Refused('FORBIDDEN', 'The journal needs audit:read, and not narrowed to own sessions.');
  return {
    ok: true,
    items: [...state.chain.page(request.after, request.limit)],
    head: state.chain.head(),
  };
}
