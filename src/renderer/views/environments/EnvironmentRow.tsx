import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { ColourSquare, ProductionMark } from '../../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { ToneMark } from '../../components/ToneMark.tsx';
import { counted } from '../../format/words.ts';
import { useConnectionWords } from '../../parts/use-connection-words.ts';
import { enableEnvironment, retryEnvironment } from '../../store/environment-actions.ts';
import { EnvironmentSummary } from './EnvironmentSummary.tsx';
import { EnvironmentFacts } from './EnvironmentFacts.tsx';

/** One connection: name and state in words on one line, advice below it, the rest one step away. */
export function EnvironmentRow(props: {
  readonly environment: EnvironmentView;
  readonly open: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { environment, onEdit, onRemove } = props;
  const [opened, setOpen] = useState<boolean | null>(null);
  const open = opened ?? props.open;
  const holder = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (props.open) holder.current?.scrollIntoView({ block: 'nearest' });
  }, [props.open]);
  const words = useConnectionWords(environment);
  const { state, status } = environment;
  const tier = environment.hello?.environment.tier;
  return (
    <Box
      component="li"
      ref={holder}
      data-testid={`environment-${environment.name}`}
      sx={{ borderBottom: 1, borderColor: 'divider', px: 4, py: 3, display: 'grid', gap: 1.5 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, flexWrap: 'wrap' }}>
        <ColourSquare index={environment.colour} />
        <Typography variant="h2" title={environment.name} sx={{ overflowWrap: 'anywhere' }}>
          {environment.name}
        </Typography>
        {tier === 'production' ? <ProductionMark /> : null}
        {tier === undefined || tier === 'production' ? null : (
          <Typography component="span" sx={{ color: 'text.secondary' }}>
            {tier}
          </Typography>
        )}
        {environment.demo ? (
          <Typography component="span" sx={{ color: 'text.secondary' }}>
            demo, invented people
          </Typography>
        ) : null}
        <ToneMark tone={words.tone}>{words.short}</ToneMark>
        <Box sx={{ flex: 1 }} />
        <Typography component="span" sx={{ color: 'text.secondary' }}>
          {counted(environment.liveSessions, 'live session')}
          {environment.asOf === null ? null : (
            <>
              {', as of '}
              <TimeAgo at={environment.asOf} />
            </>
          )}
        </Typography>
      </Box>
      <Typography data-testid="state-sentence" sx={{ overflowWrap: 'anywhere' }}>
        {words.sentence}{' '}
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {words.advice ?? ''}
        </Box>
      </Typography>
      {(status?.warnings ?? []).map((warning) => (
        <Typography key={warning.id} sx={{ color: 'severity.medium', overflowWrap: 'anywhere' }}>
          {`⚠ ${warning.message}`}
        </Typography>
      ))}
      <EnvironmentSummary environment={environment} />
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        {state.is === 'waiting' || state.is === 'refused' ? (
          <Button
            variant="contained"
            color="primary"
            onClick={() => void retryEnvironment(environment.connection)}
          >
            Try now
          </Button>
        ) : null}
        <Button
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {open ? 'Less' : 'More'}
        </Button>
        <Button onClick={onEdit}>Edit…</Button>
        <Button onClick={() => void enableEnvironment(environment.connection, !environment.enabled)}>
          {environment.enabled ? 'Switch off' : 'Switch on'}
        </Button>
        <Button onClick={onRemove}>Remove…</Button>
      </Box>
      {open ? <EnvironmentFacts environment={environment} /> : null}
    </Box>
  );
}
