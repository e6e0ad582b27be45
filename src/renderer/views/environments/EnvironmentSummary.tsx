import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { Unknown } from '../../components/Unknown.tsx';
import { useFromClock } from '../../store/clock.ts';
import { useSettings } from '../../store/settings-store.ts';
import { OutageStrip } from './OutageStrip.tsx';
import { capabilityWords } from './capability-words.ts';
import { certificateEnd, certificateWarning } from './certificate-words.ts';
import { scopeWords } from './scope-words.ts';

function Certificate({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const { certificate, url } = environment;
  const zone = useSettings((state) => state.settings.timeZone);
  const warning = useFromClock((now) => (certificate === null ? null : certificateWarning(certificate, now)));
  if (certificate === null) {
    return url.startsWith('https:') ? (
      <Unknown why="The agent has not shown one yet" />
    ) : (
      'none: without TLS on this machine'
    );
  }
  return (
    <Box component="span" sx={{ color: warning === null ? 'text.primary' : 'severity.medium' }}>
      {warning === null ? certificateEnd(certificate, zone) : `⚠ ${warning}`}
    </Box>
  );
}

/** What an environment is judged by at a glance: its last day, who answers there, and what may be done. */
export function EnvironmentSummary({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const { hello } = environment;
  const before = <Unknown why="The agent has not answered yet" />;
  const can = hello === null ? [] : capabilityWords(hello.store.capabilities);
  const lacks = can.filter(({ has }) => !has).map(({ word }) => word);
  const facts: readonly (readonly [string, ReactNode, (string | undefined)?])[] = [
    ['Last 24 hours', <OutageStrip key="strip" connection={environment.connection} />],
    [
      'Agent and store',
      hello === null
        ? before
        : `agent ${hello.agent.version}, ${hello.store.kind}${hello.store.version === undefined ? '' : ` ${hello.store.version}`}`,
    ],
    [
      'The store can',
      hello === null
        ? before
        : lacks.length === 0
          ? 'everything'
          : `${String(can.length - lacks.length)} of ${String(can.length)}; not: ${lacks.join(', ')}`,
      hello === null ? undefined : lacks.join(', '),
    ],
    [
      'This token may',
      hello === null ? before : scopeWords(hello.operator.scopes).join(', '),
      hello === null ? undefined : scopeWords(hello.operator.scopes).join(', '),
    ],
    ['Certificate', <Certificate key="certificate" environment={environment} />],
  ];
  return (
    <Box
      component="dl"
      data-testid="summary"
      sx={{
        m: 0,
        display: 'grid',
        gridTemplateColumns: 'repeat(auto-fit, minmax(11rem, 1fr))',
        columnGap: 5,
        rowGap: 1.5,
      }}
    >
      {facts.map(([name, value, title]) => (
        <Box key={name} title={title === '' ? undefined : title} sx={{ minWidth: 0 }}>
          <Box component="dt" sx={{ typography: 'label', color: 'text.secondary', mb: 0.5 }}>
            {name}
          </Box>
          <Box
            component="dd"
            sx={{
              m: 0,
              typography: 'caption',
              overflow: 'hidden',
              display: '-webkit-box',
              // What a token may takes four lines of the narrowest column; more is in the title.
              WebkitLineClamp: 4,
              WebkitBoxOrient: 'vertical',
              overflowWrap: 'anywhere',
            }}
          >
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
