import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionTone } from '../format/connection-words.ts';

/** A sign before the word, so that colour is never the only difference. */
const SIGNS: Readonly<Record<ConnectionTone, string>> = {
  good: '',
  busy: '… ',
  late: '⚠ ',
  bad: '✕ ',
  off: '○ ',
};
const COLOURS: Readonly<Record<ConnectionTone, string>> = {
  good: 'text.secondary',
  busy: 'text.secondary',
  late: 'severity.medium',
  bad: 'danger.text',
  off: 'text.disabled',
};

/** A state in a few words. */
export function ToneMark(props: { readonly tone: ConnectionTone; readonly children: string }): ReactNode {
  return (
    <Box component="span" sx={{ typography: 'caption', color: COLOURS[props.tone] }}>
      <span aria-hidden="true">{SIGNS[props.tone]}</span>
      {props.children}
    </Box>
  );
}
