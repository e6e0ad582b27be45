import { useMemo } from 'react';
import { useApp } from '../store/app-store.ts';
import { useRevealed } from '../store/revealed-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { useTime } from '../store/time-store.ts';
import type { Zone } from '../format/time.ts';

/** An environment as its cell shows it. */
export interface EnvironmentLook {
  readonly name: string;
  readonly colour: number;
  readonly tier: string | null;
}

/**
 * What all cells of a table are drawn by besides their row: read once for the table, so that a cell reads nothing itself.
 * The same object until one of its facts changes.
 */
export interface Looks {
  readonly environments: ReadonlyMap<string, EnvironmentLook>;
  readonly zone: Zone;
  readonly relative: boolean;
  readonly mask: boolean;
  readonly revealed: ReadonlySet<string>;
  /** The past is shown, of which less is known. */
  readonly past: boolean;
}

const TIERS: Readonly<Record<string, string>> = {
  production: 'PROD',
  staging: 'staging',
  development: 'dev',
};

export function useLooks(): Looks {
  // As text: environments are told anew with every batch, and what is shown of them hardly ever changes.
  const known = useApp((state) =>
    JSON.stringify(
      (state.environments ?? []).map(({ connection, name, colour, hello }): [string, EnvironmentLook] => [
        connection,
        { name, colour, tier: TIERS[hello?.environment.tier ?? ''] ?? null },
      ]),
    ),
  );
  const environments = useMemo(
    () => new Map(JSON.parse(known) as readonly (readonly [string, EnvironmentLook])[]),
    [known],
  );
  const zone = useSettings((state) => state.settings.timeZone);
  const relative = useSettings((state) => state.settings.times === 'relative');
  const mask = useSettings((state) => state.settings.maskAddresses);
  const revealed = useRevealed((state) => state.addresses);
  const past = useTime((state) => state.time.is === 'instant' || state.time.is === 'playing');
  return useMemo(
    () => ({ environments, zone, relative, mask, revealed, past }),
    [environments, zone, relative, mask, revealed, past],
  );
}
