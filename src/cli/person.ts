import { resolve } from 'node:path';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { askOwner } from './ask-owner.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface PersonOptions {
  readonly profile: string;
  readonly account: readonly string[];
}

/** `<environment>/<account id>`; an account id may hold slashes itself. */
function accountsOf(texts: readonly string[]): { connection: ConnectionId; id: AccountId }[] {
  if (texts.length === 0) {
    throw new UsageError('Name at least one account: --account <environment>/<account id>.', EXIT.usage);
  }
  return texts.map((text) => {
    const at = text.indexOf('/');
    const connection = ConnectionId.safeParse(text.slice(0, Math.max(0, at)));
    const id = AccountId.safeParse(text.slice(at + 1));
    if (connection.success && id.success) return { connection: connection.data, id: id.data };
    throw new UsageError(
      `--account ${text} is not <environment>/<account id>; “watchfloor sessions --format ndjson” shows both.`,
      EXIT.usage,
    );
  });
}

/** Writes everything about a person into a file. */
export async function exportPersonData(
  options: PersonOptions & { readonly output: string },
  version: string,
): Promise<number> {
  const accounts = accountsOf(options.account);
  const engine = await askOwner(options.profile, version);
  try {
    const file = resolve(options.output);
    const { rows } = await engine.call('person.export', { accounts, file });
    process.stdout.write(`${String(rows)} records in ${file}\n`);
    return EXIT.ok;
  } finally {
    await engine.close();
  }
}

/** Deletes everything about a person. Asks for the accounts twice, since nothing brings them back. */
export async function erase(
  options: PersonOptions & { readonly yes: boolean; readonly compact: boolean },
  version: string,
): Promise<number> {
  const accounts = accountsOf(options.account);
  if (!options.yes) {
    throw new UsageError(
      'Nothing brings back what is erased. Look at it first with “watchfloor export-person”, then add --yes.',
      EXIT.usage,
    );
  }
  const engine = await askOwner(options.profile, version);
  try {
    const done = await engine.call('person.erase', { accounts, compact: options.compact });
    process.stdout.write(
      `erased ${String(done.events)} events, ${String(done.sessions)} sessions, ${String(done.accounts)} accounts; the name struck out of ${String(done.struckOut)} other records\n`,
    );
    if (!options.compact) {
      process.stdout.write(
        'traces may be left in free pages of the file: run again with --compact to rewrite it\n',
      );
    }
    if (done.leftInJournal > 0) {
      process.stdout.write(
        `${String(done.leftInJournal)} entries of the operators’ journal still name them: it is chained, and a changed one would no longer verify\n`,
      );
    }
    process.stdout.write('an agent that still holds them will tell of them again\n');
    return EXIT.ok;
  } finally {
    await engine.close();
  }
}
