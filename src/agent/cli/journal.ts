import type { Clock } from '#shared/domain/units.ts';
import type { AgentConfig } from '../config/config.ts';
import { openState } from '../state/state.ts';

/** Walks the agent's journal and says what is wrong with it. True: nothing. */
export function verifyJournal(config: AgentConfig, clock: Clock, print: (line: string) => void): boolean {
  const state = openState(config.dataDir, clock, false);
  try {
    const { entries, faults } = state.chain.verify();
    const { seq, hash } = state.chain.head();
    print(`key ${state.keys.signing.fingerprint}`);
    print(`${String(entries)} entries, head ${String(seq)} ${hash}`);
    for (const fault of faults) print(`entry ${String(fault.seq)}: ${fault.message}`);
    print(
      faults.length === 0
        ? 'The journal is whole. That nothing was cut from its end shows in the heads that consoles keep.'
        : 'The journal is NOT whole: keep this folder as it is, and compare with the consoles (watchfloor verify).',
    );
    return faults.length === 0;
  } finally {
    state.close();
  }
}
