import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { readPassphrase } from '#engine/mirror/encryption/passphrase-file.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** A shorter one can be guessed however slowly each guess is tried. */
const LEAST_LETTERS = 10;

function passphraseFrom(file: string): string {
  const read = readPassphrase(file);
  if (read.ok) return read.value;
  const { message, advice } = read.error;
  throw new UsageError([message, advice].filter(Boolean).join(' '), EXIT.usage);
}

/**
 * From the file that was named, else from whoever sits at the terminal.
 * @param question without its colon
 * @throws UsageError when there is neither
 */
export async function passphrase(file: string | undefined, question: string): Promise<string> {
  if (file !== undefined) return passphraseFrom(file);
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'The passphrase of the mirror is needed: name a file that holds it, with --passphrase-file or in the variable WATCHFLOOR_PASSPHRASE_FILE.',
      EXIT.usage,
    );
  }
  return ask(question);
}

/** A new one: long enough, and on a terminal typed twice. @throws UsageError */
export async function newPassphrase(file: string | undefined, question: string): Promise<string> {
  const first = await passphrase(file, question);
  if (first.length < LEAST_LETTERS) {
    throw new UsageError(
      `A passphrase has to have at least ${String(LEAST_LETTERS)} letters; several words are easy to remember and hard to guess.`,
      EXIT.usage,
    );
  }
  if (file === undefined && (await ask('The same again')) !== first) {
    throw new UsageError('These were two different passphrases; nothing was changed.', EXIT.usage);
  }
  return first;
}

/** Asks on the terminal; what is typed is not shown. */
function ask(question: string): Promise<string> {
  process.stderr.write(`${question}: `);
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => {
      process.stderr.write('\n');
      reject(new UsageError('No passphrase was entered; nothing was changed.', EXIT.usage));
    });
  });
}
