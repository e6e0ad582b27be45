import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useState, type ReactNode } from 'react';
import type { RuleVersionView } from '#shared/ipc/rules-views.ts';
import { compareRules, sameRules } from '#shared/rules/compare.ts';
import { Asked } from '../../parts/Asked.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { counted } from '../../format/words.ts';
import { replaceRules, type Editing } from '../../store/rules-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { Differences } from './Differences.tsx';

/** Every version with who put it, compared with what is being written; any can be taken up again. */
export function VersionsDialog(props: {
  readonly editing: Editing;
  readonly name: string;
  readonly onClose: () => void;
}): ReactNode {
  const { editing, name, onClose } = props;
  const query = useEngineQuery('rules.versions', { connection: editing.connection, limit: 50 });
  const [open, setOpen] = useState<number | null>(null);
  return (
    <Dialog open maxWidth="sm" aria-labelledby="versions-title" onClose={onClose}>
      <DialogTitle id="versions-title">{`Versions of ${name}`}</DialogTitle>
      <DialogContent>
        <Asked answer={query} what="the versions" />
        {query.is === 'ready' && query.value.items.length === 0 ? 'No rules were published yet.' : null}
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {query.is === 'ready'
            ? query.value.items.map((version) => (
                <Version
                  key={version.version}
                  version={version}
                  editing={editing}
                  open={open === version.version}
                  toggle={() => setOpen(open === version.version ? null : version.version)}
                  onTaken={onClose}
                />
              ))
            : null}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

function Version(props: {
  readonly version: RuleVersionView;
  readonly editing: Editing;
  readonly open: boolean;
  readonly toggle: () => void;
  readonly onTaken: () => void;
}): ReactNode {
  const { version, editing, open, toggle, onTaken } = props;
  const { version: number, at, by, approvedBy, rules } = version;
  const same = sameRules(editing.rules, rules);
  return (
    <Box component="li" data-testid="version" sx={{ py: 2, borderBottom: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', gap: 3, alignItems: 'center', flexWrap: 'wrap' }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Box component="span" sx={{ fontWeight: 600 }}>{`Version ${String(number)}`}</Box>
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {` ${counted(rules.length, 'rule')}, ${by}${approvedBy === null ? '' : `, approved by ${approvedBy}`}, `}
            <TimeOfDay at={at} />
          </Box>
        </Box>
        <Button aria-expanded={open} disabled={same} onClick={toggle}>
          {same ? 'Same as here' : 'Compare'}
        </Button>
        <Button
          disabled={same}
          onClick={() => {
            replaceRules(editing, rules);
            onTaken();
          }}
        >
          Take up again
        </Button>
      </Box>
      {open ? (
        <Box sx={{ pt: 2 }}>
          <Box sx={{ color: 'text.secondary' }}>Taken up again, this changes</Box>
          <Differences difference={compareRules(editing.rules, rules)} />
        </Box>
      ) : null}
    </Box>
  );
}
