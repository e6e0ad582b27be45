import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, type ReactNode } from 'react';
import type { SessionDetail } from '#shared/ipc/views.ts';
import { ONE_LINE } from '../components/one-line.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { Asked } from '../parts/Asked.tsx';
import { EnvironmentTag, useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { Notes } from '../entity/Notes.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { StatusMark } from '../components/StatusMark.tsx';
import { useApp } from '../store/app-store.ts';
import { endSessions, othersOf, previewEnding } from '../store/respond-store.ts';
import { chosenKey, closePanel, pinSession, usePanel, type Chosen } from '../store/selection-store.ts';
import { hrefOf } from '../store/route-store.ts';
import { useEngineQuery } from '../store/use-engine-query.ts';
import { SIZE } from '../theme/size.ts';
import { ComparedWith } from './ComparedWith.tsx';
import { Events } from './Events.tsx';
import { Facts } from './Facts.tsx';
import { Observations } from './Observations.tsx';
import { Section } from './Section.tsx';
import { Siblings } from './Siblings.tsx';

const FOLLOW_EVERY_MS = 1_000;

function Head({ detail }: { readonly detail: SessionDetail }): ReactNode {
  const nameOf = useEnvironmentName();
  const { row } = detail;
  const { account } = row;
  return (
    <Box sx={{ px: 4, pb: 3, display: 'grid', gap: 2 }}>
      <Box sx={{ display: 'flex', gap: 3, color: 'text.secondary', flexWrap: 'wrap' }}>
        <EnvironmentTag connection={row.connection} tier="shown" />
        <StatusMark status={row.status} cause={row.cause} />
        {row.status === 'ended' ? null : <StaleNote of="everything" among={[row.connection]} />}
      </Box>
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        <Button
          variant="contained"
          color="error"
          disabled={row.status === 'ended'}
          onClick={() => void endSessions([row])}
        >
          End session…
        </Button>
        {account === null ? null : (
          <Button
            onClick={() =>
              void previewEnding([{ connection: row.connection, selector: { accounts: [account.id] } }])
            }
          >
            {`Sign out everywhere in ${nameOf(row.connection)}…`}
          </Button>
        )}
        {account === null || row.status === 'ended' ? null : (
          <Button
            title={`Ends every other session of ${account.name} in ${nameOf(row.connection)}`}
            onClick={() => void previewEnding(othersOf([row]))}
          >
            End their others…
          </Button>
        )}
        {account === null ? null : (
          <Button href={hrefOf('people', row.connection, account.id)}>Everything about them</Button>
        )}
      </Box>
    </Box>
  );
}

/** Keeps a session, so that whatever is opened next stands beside it. */
function Pin({ session }: { readonly session: Chosen }): ReactNode {
  const pinned = usePanel((state) => state.pinned !== null && chosenKey(state.pinned) === chosenKey(session));
  return (
    <Button
      variant="text"
      color={pinned ? 'primary' : 'inherit'}
      aria-pressed={pinned}
      title={
        pinned
          ? 'Whatever session is opened next is compared with this one'
          : 'Keep it, to compare the next session that is opened with it'
      }
      onClick={() => {
        pinSession(pinned ? null : session);
      }}
    >
      {pinned ? 'Pinned' : 'Pin'}
    </Button>
  );
}

/** Everything that is known of one session, beside the list that it was opened from. */
export function SessionPanel(): ReactNode {
  const open = usePanel((state) => state.open);
  const revision = useApp((state) => state.revision);
  const answer = useEngineQuery('sessions.get', open, { revision, everyMs: FOLLOW_EVERY_MS });
  const title = useRef<HTMLHeadingElement>(null);
  const openedFrom = useRef<Element | null>(null);
  const key = open === null ? '' : `${open.connection} ${open.id}`;
  useEffect(() => {
    openedFrom.current = document.activeElement;
    return () => {
      // Back to exactly where the person was.
      if (openedFrom.current instanceof HTMLElement && document.activeElement === document.body) {
        openedFrom.current.focus({ preventScroll: true });
      }
    };
  }, [key]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inside = title.current?.closest('aside')?.contains(event.target as Node) === true;
      if (event.key === 'Escape' && inside) closePanel();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  const detail = answer.is === 'ready' ? answer.value : null;
  useEffect(() => {
    const account = detail?.row.account ?? null;
    const connection = detail?.row.connection;
    usePanel.setState({
      account: account === null || connection === undefined ? null : { connection, ...account },
    });
  }, [detail?.row.account, detail?.row.connection]);
  const name = detail?.row.account?.name ?? (detail === null ? 'Session' : 'Nobody signed in');
  return (
    <Box
      component="aside"
      aria-label="Session"
      data-testid="session-panel"
      sx={{
        width: SIZE.panel,
        maxWidth: '60vw',
        flex: 'none',
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        // Where there is no room beside the view, it lies over it.
        '@media (max-width: 900px)': {
          position: 'fixed',
          right: 0,
          top: SIZE.topBar,
          bottom: 0,
          zIndex: 600,
          maxWidth: '92vw',
        },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, pl: 4, pr: 2, py: 2 }}>
        <Typography
          ref={title}
          variant="h1"
          component="h2"
          title={name}
          sx={{ flex: 1, minWidth: 0, ...ONE_LINE }}
        >
          {name}
        </Typography>
        {open === null ? null : <Pin session={open} />}
        <IconButton aria-label="Close session" title="Esc" onClick={closePanel}>
          ✕
        </IconButton>
      </Box>
      <Box
        tabIndex={0}
        role="region"
        aria-label="Facts about the session"
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto' }}
      >
        <Asked answer={answer} what="the session" lines={10} />
        {answer.is === 'ready' && detail === null ? (
          <EmptyState title="This session is not in the mirror">
            It may have been deleted by retention, or its environment was removed.
          </EmptyState>
        ) : null}
        {detail === null ? null : (
          <>
            <Head detail={detail} />
            <ComparedWith row={detail.row} />
            <Facts row={detail.row} />
            <Siblings siblings={detail.siblings} />
            <Observations observations={detail.observations} />
            <Events events={detail.audit} inferred={detail.inferred} />
            <Section title="Bookmark and notes">
              <Notes subject={`session/${detail.row.connection}/${detail.row.id}`} />
            </Section>
          </>
        )}
      </Box>
    </Box>
  );
}
