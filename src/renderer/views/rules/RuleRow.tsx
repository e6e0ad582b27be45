import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Rule, RuleEffect } from '#shared/protocol/rules.ts';
import { BARE_BUTTON } from '../../components/bare-button.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { counted } from '../../format/words.ts';
import { MODE_EXPLAINED, MODES } from './mode-words.ts';
import { Sentence } from './Sentence.tsx';

/** One rule of the list: how far it goes, what it says, what it did. */
export function RuleRow(props: {
  readonly rule: Rule;
  readonly environment: string;
  readonly effect: RuleEffect | undefined;
  readonly selected: boolean;
  readonly changed: boolean;
  readonly onSelect: () => void;
}): ReactNode {
  const { rule, effect, selected, changed, environment } = props;
  return (
    <Box component="li" sx={{ borderBottom: 1, borderColor: 'divider' }}>
      <Box
        component="button"
        type="button"
        data-testid="rule"
        aria-current={selected}
        onClick={props.onSelect}
        sx={{
          ...BARE_BUTTON,
          display: 'grid',
          gridTemplateColumns: '5.5rem 1fr',
          columnGap: 2,
          width: '100%',
          px: 4,
          py: 2,
          bgcolor: selected ? 'surface.selected' : 'transparent',
          '&:hover': { bgcolor: selected ? 'surface.selected' : 'surface.hover' },
        }}
      >
        <ModeWord mode={rule.mode} />
        <Box sx={{ minWidth: 0, display: 'grid', rowGap: 0.5, overflowWrap: 'anywhere' }}>
          <Box component="span" sx={{ fontWeight: 600 }}>
            {rule.name}
            {changed ? (
              <Box component="span" sx={{ typography: 'caption', color: 'accent.text', ml: 2 }}>
                not published
              </Box>
            ) : null}
          </Box>
          <Sentence rule={rule} environment={environment} />
          <EffectLine effect={effect} mode={rule.mode} />
        </Box>
      </Box>
    </Box>
  );
}

function ModeWord({ mode }: { readonly mode: Rule['mode'] }): ReactNode {
  const word = MODES.find(([name]) => name === mode)?.[1] ?? mode;
  const shape = { off: '○', observe: '◐', enforce: '●' }[mode];
  return (
    <Box
      component="span"
      title={MODE_EXPLAINED[mode]}
      sx={{
        color: mode === 'enforce' ? 'text.primary' : 'text.secondary',
        fontWeight: mode === 'enforce' ? 600 : 400,
      }}
    >
      <span aria-hidden="true">{`${shape} `}</span>
      {word}
    </Box>
  );
}

/** What it did within a day, or that it is stopped. */
function EffectLine(props: {
  readonly effect: RuleEffect | undefined;
  readonly mode: Rule['mode'];
}): ReactNode {
  const { effect, mode } = props;
  if (effect === undefined) return null;
  const { ended, observed, lastAt, stopped } = effect;
  if (stopped !== null) {
    const text =
      stopped.state === 'waiting'
        ? `Stopped by its brake; ${counted(stopped.held, 'session')} held back`
        : 'Stopped; what it held back was denied. It rests until it is changed';
    return (
      <Box component="span" sx={{ color: 'severity.high', fontWeight: 600 }}>
        {text}
      </Box>
    );
  }
  if (mode === 'off' && ended + observed === 0) return null;
  const done = [
    ...(ended > 0 || mode === 'enforce' ? [`${counted(ended, 'session')} ended`] : []),
    ...(observed > 0 || mode === 'observe' ? [`${counted(observed, 'session')} observed`] : []),
  ].join(', ');
  return (
    <Box component="span" sx={{ typography: 'caption', color: 'text.secondary' }}>
      {`${done} in 24 hours`}
      {lastAt === null ? null : (
        <>
          {', last '}
          <TimeAgo at={lastAt} />
        </>
      )}
    </Box>
  );
}
