import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import type { DetectionDescription, DetectSettingsView } from '#shared/ipc/detections-views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useDetections } from '../../store/detection-store.ts';
import type { SettingsJson } from '../../store/detect-settings.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { SIZE } from '../../theme/size.ts';
import { BackTestPanel } from './BackTestPanel.tsx';
import { RiskTuning } from './RiskTuning.tsx';
import { SettingForm } from './SettingForm.tsx';
import { SettingsHistory } from './SettingsHistory.tsx';
import { bySetting } from './common-settings.ts';

function List(props: {
  readonly catalogue: readonly DetectionDescription[];
  readonly view: DetectSettingsView;
  readonly current: string;
}): ReactNode {
  const { catalogue, view, current } = props;
  const settings = bySetting(catalogue);
  return (
    <Box
      component="nav"
      aria-label="Detections to set"
      sx={{
        width: SIZE.queueNarrow * 0.85,
        flex: 'none',
        overflowY: 'auto',
        borderRight: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      {settings.map(({ setting, title }) => {
        const off = view.effective[setting] === null;
        const changed = Object.hasOwn(view.saved, setting);
        return (
          <Link
            key={setting}
            href={hrefOf('detections', 'tuning', setting)}
            aria-current={setting === current ? 'page' : undefined}
            sx={{
              display: 'flex',
              gap: 2,
              px: 3,
              py: 1.25,
              color: off ? 'text.secondary' : 'text.primary',
              borderLeft: 2,
              borderColor: setting === current ? 'primary.main' : 'transparent',
              bgcolor: setting === current ? 'surface.selected' : 'transparent',
              '&:hover': { textDecoration: 'none', bgcolor: 'surface.hover' },
            }}
          >
            <Box component="span" sx={{ flex: 1, minWidth: 0 }}>
              {title}
            </Box>
            <Box component="span" sx={{ typography: 'caption', color: 'text.secondary' }}>
              {off ? 'off' : changed ? 'changed' : ''}
            </Box>
          </Link>
        );
      })}
    </Box>
  );
}

/** The settings of every detection, with what they would have found, their history and the way back. */
export function SettingsEditor(): ReactNode {
  const connection = useDetections((state) => state.connection);
  const done = useDetections((state) => state.done);
  const named = useRoute((route) => route.rest[1]);
  const catalogue = useEngineQuery('detections.catalogue', {});
  const settings = useEngineQuery('detections.settings', { connection }, { revision: done });
  if (settings.is === 'failed') {
    return <ProblemBox flat problem={settings.problem} onAgain={settings.again} />;
  }
  if (settings.is === 'loading' || catalogue.is !== 'ready') return <Waiting what="settings" lines={14} />;
  const all = bySetting(catalogue.value);
  const one = all.find(({ setting }) => setting === named) ?? all[0];
  if (one === undefined) return null;
  const risky =
    one.setting === 'riskySignIn'
      ? catalogue.value.find(({ setting }) => setting === 'riskySignIn')
      : undefined;
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
      <List catalogue={catalogue.value} view={settings.value} current={one.setting} />
      <Box
        role="region"
        aria-label={`Settings of ${one.title}`}
        tabIndex={0}
        sx={{ flex: 1, minWidth: 0, overflowY: 'auto', p: 5, display: 'grid', gap: 5, alignContent: 'start' }}
      >
        {risky !== undefined ? (
          <RiskTuning about={risky} connection={connection} />
        ) : (
          <SettingForm
            key={`${connection ?? 'all'} ${one.setting} ${String(settings.value.version)}`}
            about={one}
            connection={connection}
            saved={settings.value.saved as SettingsJson}
            effective={settings.value.effective as SettingsJson}
            defaults={settings.value.defaults as SettingsJson}
            beside={(next, changed) => (
              <BackTestPanel
                connection={connection}
                setting={one.setting}
                next={next}
                changed={changed}
                catalogue={catalogue.value}
              />
            )}
          />
        )}
        <SettingsHistory connection={connection} setting={one.setting} current={settings.value.version} />
      </Box>
    </Box>
  );
}
