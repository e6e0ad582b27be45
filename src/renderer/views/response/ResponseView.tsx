import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import type { OperationView } from '#shared/ipc/views.ts';
import { assertNever } from '#shared/domain/assert-never.ts';
import { BARE_BUTTON } from '../../components/bare-button.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { PageLinks } from '../../components/PageLinks.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { totalsOf } from '../../format/operation-words.ts';
import { counted } from '../../format/words.ts';
import { Receipt } from '../../respond/Receipt.tsx';
import { receiptTitle } from '../../respond/receipt-words.ts';
import { useApp } from '../../store/app-store.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { SIZE } from '../../theme/size.ts';
import { Approvals } from './Approvals.tsx';
import { EndEveryone } from './EndEveryone.tsx';
import { Holds } from './Holds.tsx';
import { JournalList } from './JournalList.tsx';
import { ReportButton } from './ReportButton.tsx';

function Operation({
  operation,
  first,
}: {
  readonly operation: OperationView;
  readonly first: boolean;
}): ReactNode {
  const totals = totalsOf(operation);
  const [opened, setOpened] = useState<boolean | null>(null);
  const open = opened ?? (first || totals.underWay);
  return (
    <Box
      component="li"
      data-testid="operation"
      sx={{ borderBottom: 1, borderColor: 'divider', px: 4, py: 2 }}
    >
      <Box
        component="button"
        type="button"
        aria-expanded={open}
        onClick={() => {
          setOpened(!open);
        }}
        sx={{
          ...BARE_BUTTON,
          display: 'flex',
          gap: 3,
          width: '100%',
          alignItems: 'baseline',
        }}
      >
        <Box component="span" aria-hidden="true" sx={{ color: 'text.secondary' }}>
          {open ? '▾' : '▸'}
        </Box>
        <Typography component="span" sx={{ fontWeight: 600 }}>
          {receiptTitle(totals)}
        </Typography>
        <Typography
          component="span"
          sx={{
            flex: 1,
            minWidth: 0,
            color: 'text.secondary',
            ...ONE_LINE,
          }}
          title={`${operation.summary}\n${operation.reason}`}
        >
          {`${operation.summary} — “${operation.reason}”`}
        </Typography>
        <Typography component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
          {operation.by} · <TimeAgo at={operation.createdAt} />
        </Typography>
      </Box>
      {open ? (
        <Box sx={{ pl: 5, pt: 2, maxWidth: SIZE.dialog * 1.3 }}>
          <Receipt operation={operation} />
        </Box>
      ) : null}
    </Box>
  );
}

type Shown = 'operations' | 'holds' | 'journal';
const SHOWN: readonly (readonly [Shown, string])[] = [
  ['operations', 'Operations'],
  ['holds', 'Holds and blocks'],
  ['journal', 'Journal'],
];

/** Every act with its receipt, newest first. */
function Operations(): ReactNode {
  const operations = useApp((state) => state.operations);
  if (operations === null) return <Waiting what="operations" lines={6} />;
  if (operations.length === 0) {
    return (
      <EmptyState title="Nothing has been ended from here yet">
        Each time sessions are ended, the receipt stays here: ended, already gone, failed, unreachable, came
        back.
      </EmptyState>
    );
  }
  return (
    <Box component="ul" aria-label="Operations, newest first" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {operations.map((operation, index) => (
        <Operation key={operation.id} operation={operation} first={index === 0} />
      ))}
    </Box>
  );
}

function List({ shown }: { readonly shown: Shown }): ReactNode {
  switch (shown) {
    case 'operations':
      return <Operations />;
    case 'holds':
      return <Holds />;
    case 'journal':
      return <JournalList />;
    default:
      return assertNever(shown);
  }
}

/** What was done, what waits for a decision, who is kept out, and the journal of it all. */
export function ResponseView(): ReactNode {
  const operations = useApp((state) => state.operations);
  const [wanted] = useRoute((route) => route.rest);
  const shown = SHOWN.find(([name]) => name === wanted)?.[0] ?? 'operations';
  const underWay = (operations ?? []).filter((operation) => totalsOf(operation).underWay).length;
  return (
    <>
      <Heading
        title="Response"
        actions={
          <Box sx={{ display: 'flex', gap: 2 }}>
            <ReportButton />
            <EndEveryone />
          </Box>
        }
      >
        <PageLinks
          label="Parts of Response"
          current={shown}
          pages={SHOWN}
          hrefOf={(name) => (name === 'operations' ? hrefOf('response') : hrefOf('response', name))}
        />
        {operations === null ? null : (
          <Typography sx={{ color: 'text.secondary' }}>
            {underWay === 0 ? counted(operations.length, 'operation') : `${String(underWay)} under way`}
          </Typography>
        )}
      </Heading>
      <Box sx={{ flex: 1, minHeight: 0, overflowY: 'auto', bgcolor: 'background.paper' }}>
        <Approvals />
        <List shown={shown} />
      </Box>
    </>
  );
}
