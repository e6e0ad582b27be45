import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { useApp } from '../store/app-store.ts';
import { hrefOf } from '../store/route-store.ts';
import { environmentKey } from '../theme/palette.ts';

/** Name of an environment, or what is known of one that is no longer configured. */
export function useEnvironmentName(): (connection: string) => string {
  const environments = useApp((state) => state.environments);
  return (connection) =>
    environments?.find((environment) => environment.connection === connection)?.name ?? 'removed environment';
}

export function ColourSquare({ index }: { readonly index: number }): ReactNode {
  return (
    <span
      className="wf-square"
      aria-hidden="true"
      style={{ backgroundColor: `var(--wf-palette-environment-${environmentKey(index)})` }}
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
    return <span className="wf-faint">removed environment</span>;
  }
  const tier = environment.hello?.environment.tier;
  const word = tier === undefined ? undefined : TIERS[tier];
  return (
    <span className="wf-tag" data-leads={hrefOf('environments', props.connection)}>
      <ColourSquare index={environment.colour} />
      <span className="wf-name">{environment.name}</span>
      {/* A space that nobody sees: names and tiers are read out and copied as two words. */}
      {tier === 'production' || word !== undefined ? ' ' : null}
      {tier === 'production' ? <ProductionMark quiet={props.tier !== 'shown'} /> : null}
      {word === undefined ? null : <span className="wf-tier">{word}</span>}
    </span>
  );
}

/** Production is said in words and outlined, everywhere the same; without colour where many rows say it. */
export function ProductionMark({ quiet = false }: { readonly quiet?: boolean }): ReactNode {
  return (
    <span className="wf-production" data-quiet={quiet || undefined}>
      PROD
    </span>
  );
}
