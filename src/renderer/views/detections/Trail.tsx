import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Fragment, type ReactNode } from 'react';
import type { DetectionDetail, TriageAction } from '#shared/ipc/detections-views.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { STATE_WORDS, VERDICT_WORDS } from '../../format/detection-words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { showDialog } from '../../store/detection-store.ts';
import { CardSection } from './CardSection.tsx';

function actionText({ from, to, note }: TriageAction): string {
  const parts = [
    from.state === to.state
      ? null
      : to.verdict === null
        ? STATE_WORDS[to.state].toLowerCase()
        : `closed: ${VERDICT_WORDS[to.verdict].toLowerCase()}`,
    from.assignee === to.assignee
      ? null
      : to.assignee === null
        ? 'assigned to nobody'
        : `assigned to ${to.assignee}`,
  ].filter((part) => part !== null);
  return parts.length === 0 && note !== null ? 'noted' : parts.join(', ');
}

/** What operators did with it and wrote about it. */
export function Trail({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  return (
    <CardSection title="Notes and decisions">
      {detail.actions.length === 0 ? (
        <Box sx={{ color: 'text.secondary', mb: 1.5 }}>Nobody has looked at it yet.</Box>
      ) : (
        <Box
          component="ol"
          sx={{
            m: 0,
            mb: 1.5,
            p: 0,
            listStyle: 'none',
            display: 'grid',
            gridTemplateColumns: 'max-content 1fr',
            columnGap: 3,
            rowGap: 1,
          }}
        >
          {detail.actions.map((action) => (
            <Fragment key={action.key}>
              <Box
                component="li"
                sx={{ display: 'contents', textDecoration: action.undone ? 'line-through' : 'none' }}
              >
                <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
                  <TimeAgo at={action.at} />
                </Box>
                <Box component="span" sx={{ overflowWrap: 'anywhere', minWidth: 0 }}>
                  <Box component="span" sx={{ textDecoration: action.undone ? 'line-through' : 'none' }}>
                    <Box component="strong" sx={{ fontWeight: 500 }}>
                      {action.by || 'This console'}
                    </Box>
                    {`: ${actionText(action)}`}
                  </Box>
                  {action.undone ? ' (undone)' : null}
                  {action.note === null ? null : (
                    <Box
                      component="span"
                      sx={{ display: 'block', color: 'text.secondary', whiteSpace: 'pre-wrap' }}
                    >
                      {action.note}
                    </Box>
                  )}
                </Box>
              </Box>
            </Fragment>
          ))}
        </Box>
      )}
      <Button
        onClick={() => {
          showDialog('note');
        }}
      >
        Add a note<KeyHint>n</KeyHint>
      </Button>
    </CardSection>
  );
}
