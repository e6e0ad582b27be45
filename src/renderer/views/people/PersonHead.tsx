import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { PersonView } from '#shared/ipc/people-views.ts';
import { Figure } from '../../components/Figure.tsx';
import { count, counted } from '../../format/words.ts';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { previewEnding } from '../../store/respond-store.ts';
import { PersonMarks } from '../../entity/PersonMarks.tsx';
import { accountTargets, signOutTargets } from './sign-out-targets.ts';

/** Name, marks, key figures, and the way to sign the person out everywhere. */
export function PersonHead(props: {
  readonly person: PersonView;
  readonly kept: ReadonlySet<string>;
}): ReactNode {
  const { person, kept } = props;
  const ending =
    person.live.length - person.live.filter((row) => kept.has(`${row.connection} ${row.id}`)).length;
  const everywhere = signOutTargets(person, new Set());
  const except = signOutTargets(person, kept);
  return (
    <Box sx={{ px: 4, py: 3, display: 'flex', gap: 6, alignItems: 'center', flexWrap: 'wrap' }}>
      <Box sx={{ minWidth: 0, display: 'grid', gap: 1 }}>
        <Box sx={{ display: 'flex', gap: 3, alignItems: 'center' }}>
          <Typography variant="h1" sx={{ fontSize: '1.25rem' }}>
            {person.name}
          </Typography>
          <PersonMarks
            person={{
              privileged: person.accounts.some((one) => one.privileged),
              service: person.accounts.some((one) => one.service),
              own: person.accounts.some((one) => one.own),
            }}
          />
        </Box>
        <Box sx={{ color: 'text.secondary' }}>
          {counted(person.accounts.length, 'account')}
          {' · first seen '}
          <TimeAgo at={person.first} missing="Never seen" />
          {' · last seen '}
          <TimeAgo at={person.last} missing="Never seen" />
        </Box>
        <StaleNote of="everything" among={person.accounts.map(({ connection }) => connection)} />
      </Box>
      <Box sx={{ display: 'flex', gap: 5 }}>
        <Figure name="signed in now">{count(person.live.length)}</Figure>
        <Figure name="sessions">{count(person.sessions)}</Figure>
        <Figure name="sign-ins">{count(person.signIns)}</Figure>
        <Figure name="failed">{count(person.failures)}</Figure>
      </Box>
      <Box sx={{ flex: 1 }} />
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        {person.live.length === 0 ? (
          <Button
            title="Nobody is signed in as this person; new sign-ins can be kept out"
            onClick={() => void previewEnding(accountTargets(person))}
          >
            Hold or block…
          </Button>
        ) : (
          <Button variant="contained" color="error" onClick={() => void previewEnding(everywhere)}>
            Sign out everywhere…
          </Button>
        )}
        <Button
          disabled={kept.size === 0 || ending === 0}
          title={kept.size === 0 ? 'Tick the sessions to keep first' : undefined}
          onClick={() => void previewEnding(except)}
        >
          {kept.size === 0 ? 'Everywhere except…' : `Everywhere except ${String(kept.size)} kept…`}
        </Button>
      </Box>
      {person.capped ? (
        <Box sx={{ flexBasis: '100%', color: 'severity.medium' }}>
          More happened than this page reads: the figures are of the newest 20,000 sessions and 50,000 events.
        </Box>
      ) : null}
    </Box>
  );
}
