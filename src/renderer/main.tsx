import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Problem } from '#shared/domain/result.ts';
import { problemOf } from './bridge/problem-error.ts';
import { App } from './shell/App.tsx';
import { startApp } from './store/start.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

const drawn = createRoot(root);
const draw = (problem: Problem | null) => {
  drawn.render(
    <StrictMode>
      <App problem={problem} />
    </StrictMode>,
  );
};
startApp().then(
  () => {
    draw(null);
  },
  (error: unknown) => {
    draw(problemOf(error));
  },
);
