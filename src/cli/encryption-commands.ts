import { Option, type Command } from 'commander';
import type { EncryptionOptions } from './encryption.ts';
import { unlockFor } from './unlock.ts';

/**
 * Commands that encrypt a mirror and take that back, and the passphrase for all others. What they need is loaded when one
 * of them is called.
 */
export function addEncryption(program: Command, profile: () => Option, ended: (code: number) => void): void {
  const options = (command: Command): EncryptionOptions => command.optsWithGlobals<EncryptionOptions>();
  program
    .addOption(
      new Option('--passphrase-file <file>', 'holds the passphrase of an encrypted mirror').env(
        'WATCHFLOOR_PASSPHRASE_FILE',
      ),
    )
    .hook('preAction', async (_program, command) => {
      const { profile: folder, passphraseFile } = command.optsWithGlobals<Partial<EncryptionOptions>>();
      if (folder !== undefined) await unlockFor(command.name(), folder, passphraseFile);
    });
  program
    .command('encrypt')
    .description('encrypt the mirror of a profile with a passphrase; nothing may be working on it')
    .addOption(profile())
    .action(async (_options: unknown, command: Command) => {
      const { encrypt } = await import('./encryption.ts');
      ended(await encrypt(options(command)));
    });
  program
    .command('decrypt')
    .description('make the mirror of a profile one that is not encrypted')
    .addOption(profile())
    .action(async (_options: unknown, command: Command) => {
      const { decrypt } = await import('./encryption.ts');
      ended(await decrypt(options(command)));
    });
  program
    .command('passphrase')
    .description('change the passphrase of an encrypted mirror')
    .addOption(profile())
    .option('--new-passphrase-file <file>', 'holds the new one; otherwise it is asked for')
    .action(async (_options: unknown, command: Command) => {
      const { changeOfPassphrase } = await import('./encryption.ts');
      ended(await changeOfPassphrase(options(command)));
    });
}
