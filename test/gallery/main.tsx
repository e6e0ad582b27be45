import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import { useApp } from '#renderer/store/app-store.ts';
import { settingsNow, useSettings } from '#renderer/store/settings-store.ts';
import { ThemeRoot } from '#renderer/theme/ThemeRoot.tsx';
import { ENVIRONMENTS, NOW } from './fixtures.ts';
import { Gallery } from './Gallery.tsx';
import { GROUP_NAMES } from './groups.ts';

// `?group=marks&theme=light&density=comfortable`; nothing here reaches an engine.
const asked = new URLSearchParams(window.location.search);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

Date.now = () => NOW;
useApp.setState({ environments: ENVIRONMENTS, engine: { is: 'running' } });
useSettings.setState({
  loaded: true,
  settings: {
    ...settingsNow(),
    theme: asked.get('theme') === 'light' ? 'light' : 'dark',
    density: asked.get('density') === 'comfortable' ? 'comfortable' : 'compact',
    timeZone: 'utc',
  },
});
createRoot(root).render(
  <ThemeRoot>
    <Gallery
      group={GROUP_NAMES.find((name) => name === asked.get('group')) ?? 'marks'}
      alone={asked.get('alone')}
    />
  </ThemeRoot>,
);
