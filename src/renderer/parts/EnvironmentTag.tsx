import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { useApp } from '../store/app-store.ts';
import { environmentKey } from '../theme/palette.ts';

/** Name of an environment, or what is known of one that is no longer configured. */
export function useEnvironmentName(): (connection: string) => string {
  const environments = useApp((state) => state.environments);
  return (connection) =>
    environments?.find((environment) => environment.connection === connection)?.name ?? 'removed environment';
}

export function ColourSquare({ index }: { readonly index: number }): ReactNode {
  return (
    <Box
      component="span"
      aria-hidden="true"
      sx={{
        display: 'inline-block',
        flex: 'none',
        width: '0.6em',
        height: '0.6em',
        borderRadius: 0.25,
        bgcolor: `environment.${environmentKey(index)}`,
      }}
    />
  );
}

const TIERS: Readonly<Record<string, string>> = {
  staging: 'staging',
  development: 'dev',
};

/** An environment: a small square in its colour, its name, and its tier in words. */
export function EnvironmentTag(props: {
  readonly connection: ConnectionId;
  readonly tier?: 'quiet' | 'shown';
}): ReactNode {
  const environment = useApp((state) =>
    state.environments?.find((candidate) => candidate.connection === props.connection),
  );
  if (environment === undefined) {
    return (
      <Box component="span" sx={{ color: 'text.secondary' }}>
        removed environment
      </Box>
    );
  }
  const tier = environment.hello?.environment.tier;
  const word = tier === undefined ? undefined : TIERS[tier];
  return (
    <Box
      component="span"
      title={environment.name}
      sx={{ display: 'inline-flex', alignItems: 'center', gap: 1.5, minWidth: 0, maxWidth: '100%' }}
    >
      <ColourSquare index={environment.colour} />
      <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
        {environment.name}
      </Box>
      {tier === 'production' && props.tier === 'shown' ? <ProductionMark /> : null}
      {word === undefined ? null : (
        <Box
          component="span"
          sx={{ typography: 'caption', color: 'text.disabled', flexShrink: 9, overflow: 'hidden' }}
        >
          {word}
        </Box>
      )}
    </Box>
  );
}

/** Production is said in words and outlined, everywhere the same. */
export function ProductionMark(): ReactNode {
  return (
    <Box
      component="span"
      sx={{
        typography: 'caption',
        fontWeight: 600,
        letterSpacing: '0.03em',
        border: 1,
        borderRadius: 0.5,
        px: 0.75,
        lineHeight: 1.2,
        flex: 'none',
        whiteSpace: 'nowrap',
        color: 'severity.high',
      }}
    >
      PROD
    </Box>
  );
}
