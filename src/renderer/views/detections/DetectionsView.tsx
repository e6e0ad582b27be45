import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { Heading } from '../../components/Heading.tsx';
import { PageLinks } from '../../components/PageLinks.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { useDetections } from '../../store/detection-store.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { FiguresView } from './FiguresView.tsx';
import { QueueView } from './QueueView.tsx';
import { SettingsEditor } from './SettingsEditor.tsx';
import { SigmaView } from './SigmaView.tsx';
import { SuppressionsView } from './SuppressionsView.tsx';

const PAGES = [
  ['queue', 'Queue'],
  ['figures', 'Figures'],
  ['tuning', 'Tuning'],
  ['suppressions', 'Suppressions'],
  ['sigma', 'Sigma'],
] as const;
type Page = (typeof PAGES)[number][0];

/** Pages have short names, detections the ids of their connections: the two cannot be mistaken. */
const pageOf = (rest: readonly string[]): Page => PAGES.find(([name]) => name === rest[0])?.[0] ?? 'queue';

/** What is unusual: the queue with its evidence, the figures behind its silence, and the settings. */
export function DetectionsView(): ReactNode {
  const page = useRoute((route) => pageOf(route.rest));
  const { text, connection } = useDetections();
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading title="Detections">
        <PageLinks
          label="Pages of detections"
          current={page}
          pages={PAGES}
          hrefOf={(name) => (name === 'queue' ? hrefOf('detections') : hrefOf('detections', name))}
        />
        {page === 'queue' ? (
          <SearchField
            label="Person, address, summary"
            value={text}
            onChange={(next) => {
              useDetections.setState({ text: next });
            }}
          />
        ) : null}
        {page === 'suppressions' || page === 'sigma' ? null : (
          <EnvironmentChoice
            value={connection}
            onChange={(next) => {
              useDetections.setState({ connection: next });
            }}
          />
        )}
        {page === 'queue' || page === 'figures' ? (
          <StaleNote of="everything" among={connection === null ? [] : [connection]} />
        ) : null}
      </Heading>
      {page === 'queue' ? <QueueView /> : null}
      {page === 'figures' ? <FiguresView /> : null}
      {page === 'tuning' ? <SettingsEditor /> : null}
      {page === 'suppressions' ? <SuppressionsView /> : null}
      {page === 'sigma' ? <SigmaView /> : null}
    </Box>
  );
}
