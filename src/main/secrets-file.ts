import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { SecretOwner } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';

/** The part of Electron's safeStorage that is used; 33 and 45 share it. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  getSelectedStorageBackend?(): string;
}

const SecretsFile = z.strictObject({ version: z.literal(1), tokens: z.record(z.string(), z.string()) });

export interface Secrets {
  /** Whether tokens survive this run: `keychain`, or `this-run` where the system has no keychain. */
  readonly kept: 'keychain' | 'this-run';
  all(): Readonly<Record<string, string>>;
  put(owner: SecretOwner, token: string): void;
  delete(owner: SecretOwner): void;
}

/**
 * Tokens, sealed by the system's keychain. Where there is none (a Linux without a keyring answers with a key that
 * everybody knows) they stay in memory for this run only and nothing is written.
 */
export function openSecrets(file: string, keychain: Keychain, log: Log): Secrets {
  const usable = keychain.isEncryptionAvailable() && keychain.getSelectedStorageBackend?.() !== 'basic_text';
  const tokens = new Map<string, string>(usable ? read(file, keychain, log) : []);

  const write = () => {
    if (!usable) return;
    if (tokens.size === 0) {
      rmSync(file, { force: true });
      return;
    }
    const sealed = Object.fromEntries(
      [...tokens].map(([owner, token]) => [owner, keychain.encryptString(token).toString('base64')]),
    );
    writeFileSync(`${file}.new`, JSON.stringify({ version: 1, tokens: sealed }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };

  return {
    kept: usable ? 'keychain' : 'this-run',
    all: () => Object.fromEntries(tokens),
    put: (owner, token) => {
      tokens.set(owner, token);
      write();
    },
    delete: (owner) => {
      if (tokens.delete(owner)) write();
    },
  };
}

function read(file: string, keychain: Keychain, log: Log): [string, string][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  try {
    const { tokens } = SecretsFile.parse(JSON.parse(text));
    return Object.entries(tokens).flatMap(([owner, sealed]) => {
      try {
        return [[owner, keychain.decryptString(Buffer.from(sealed, 'base64'))] as [string, string]];
      } catch {
        log.warn('a stored token cannot be opened with this keychain; enter it again', { owner });
        return [];
      }
    });
  } catch {
    log.warn('the file of stored tokens cannot be read; enter the tokens again', { file });
    return [];
  }
}
