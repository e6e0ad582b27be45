import { CommanderError } from 'commander';
import { ConfigError } from '../config/config.ts';
import { ListenError } from '../listen.ts';
import { StateError } from '../state/database.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes: 0 done, 1 failed, 2 asked for wrongly, 3 the store cannot be reached, 78 the configuration is wrong (EX_CONFIG). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) return 2;
  if (error instanceof StoreError) return 3;
  if (error instanceof ConfigError || error instanceof ListenError) return 78;
  return 1;
}

/** What a person is told. A stack only for what nobody foresaw. */
export function explainError(error: unknown): string {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return '';
  const known = [UsageError, StoreError, ConfigError, ListenError, StateError].some(
    (kind) => error instanceof kind,
  );
  if (!(error instanceof Error)) return String(error);
  return known ? error.message : (error.stack ?? error.message);
}
