import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { EnvironmentView, SecretState } from '#shared/ipc/views.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { Unknown } from '../../components/Unknown.tsx';
import { useFromClock } from '../../store/clock.ts';
import { useSettings } from '../../store/settings-store.ts';
import { Outages } from './Outages.tsx';
import { Posture } from './Posture.tsx';
import { certificateText, certificateWarning } from './certificate-words.ts';
import { capabilityWords } from './capability-words.ts';
import { duration } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';

const TOKENS: Readonly<Record<SecretState, string>> = {
  keychain: 'in the system’s keychain',
  'this-run': 'kept for this run only; it is asked for again after a restart',
  missing: 'missing; enter it under Edit',
};
const HISTORY = { none: 'not read', loading: 'being read', done: 'read' } as const;
/** Clocks that differ by less than this do no harm. */
const SKEW_WORTH_SAYING_MS = 2_000;

function skewWords(skewMs: number): string {
  if (Math.abs(skewMs) < SKEW_WORTH_SAYING_MS) return 'the same as here, within 2 s';
  return `${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} this machine; times may look wrong`;
}

function proxyText(proxy: EnvironmentView['proxy']): string {
  if (proxy.is === 'none') return 'none';
  if (proxy.is === 'system') return 'as the system says';
  return `${proxy.url}${proxy.credentials ? ', with name and password' : ''}`;
}

/** What is known of an agent, its store and what this token may do. */
export function EnvironmentFacts({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const { hello, status, history, certificate } = environment;
  const zone = useSettings((state) => state.settings.timeZone);
  const warning = useFromClock((now) => (certificate === null ? null : certificateWarning(certificate, now)));
  const before = <Unknown why="The agent has not answered yet" />;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Address', environment.url],
    ['Agent', hello === null ? before : `version ${hello.agent.version}, protocol ${hello.protocol}`],
    [
      'Store',
      hello === null
        ? before
        : `${hello.store.kind}${hello.store.version === undefined ? '' : ` ${hello.store.version}`}`,
    ],
    [
      'Last read',
      <TimeAgo key="read" at={status?.lastReadAt ?? null} missing="The agent has not read its store yet" />,
    ],
    [
      'Lag',
      status === null || status.lagMs === null ? (
        <Unknown why="The agent has not said" />
      ) : (
        duration(status.lagMs)
      ),
    ],
    ['Clock', environment.skewMs === null ? before : skewWords(environment.skewMs)],
    ['History', `${HISTORY[history.is]}${history.events > 0 ? `, ${counted(history.events, 'event')}` : ''}`],
    [
      'Set aside',
      environment.setAside === 0
        ? 'nothing'
        : `${counted(environment.setAside, 'record')} that could not be read`,
    ],
    ['Token', TOKENS[environment.secret]],
    ['Authority', environment.hasCa ? 'own certificate authority' : 'those that the system trusts'],
    [
      'Certificate',
      certificate === null ? (
        <Unknown
          why={
            environment.url.startsWith('https:')
              ? 'The agent has not shown one yet'
              : 'Without TLS on this machine'
          }
        />
      ) : (
        <>
          {certificateText(certificate, zone)}
          {warning === null ? null : <Box sx={{ color: 'severity.medium' }}>{`⚠ ${warning}`}</Box>}
        </>
      ),
    ],
    ['Key', environment.pin === null ? 'any that the authority vouches for' : `pinned: ${environment.pin}`],
    ['Proxy', proxyText(environment.proxy)],
    ['Operator', hello === null ? before : hello.operator.name],
    ['This token may', hello === null ? before : hello.operator.scopes.join(', ')],
    [
      'Activity is written',
      hello === null ? (
        before
      ) : hello.store.writeIntervalMs === null ? (
        <Unknown why="The store does not say" />
      ) : (
        `every ${duration(hello.store.writeIntervalMs)} at most`
      ),
    ],
    [
      'Without approval',
      hello?.environment.protected === true
        ? `up to ${count(hello.limits.unapproved)} sessions in 10 minutes`
        : 'any number',
    ],
  ];
  return (
    <Box sx={{ display: 'grid', gap: 2, pt: 2 }}>
      <Box
        component="dl"
        sx={{
          m: 0,
          display: 'grid',
          gridTemplateColumns: 'repeat(auto-fit, minmax(20rem, 1fr))',
          columnGap: 6,
          rowGap: 1,
        }}
      >
        {facts.map(([name, value]) => (
          <Box key={name} sx={{ display: 'grid', gridTemplateColumns: '9rem 1fr', columnGap: 3 }}>
            <Box component="dt" sx={{ color: 'text.secondary' }}>
              {name}
            </Box>
            <Box component="dd" sx={{ m: 0, overflowWrap: 'anywhere' }}>
              {value}
            </Box>
          </Box>
        ))}
      </Box>
      {hello === null ? null : (
        <Box
          sx={{ display: 'flex', gap: 1.5, flexWrap: 'wrap' }}
          role="list"
          aria-label="What the store can do"
        >
          {capabilityWords(hello.store.capabilities).map(({ word, has }) => (
            <Box
              key={word}
              role="listitem"
              sx={{
                typography: 'caption',
                px: 1.5,
                border: 1,
                borderColor: 'divider',
                borderRadius: 0.5,
                color: has ? 'text.primary' : 'text.disabled',
              }}
            >
              {has ? `✓ ${word}` : `✕ ${word}`}
            </Box>
          ))}
        </Box>
      )}
      <Outages connection={environment.connection} />
      {hello?.store.capabilities.includes('posture') === true ? <Posture environment={environment} /> : null}
    </Box>
  );
}
