import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Problem } from '#shared/domain/result.ts';
import type { WindowStart } from '#shared/ipc/main-contract.ts';
import { problemOf } from './bridge/problem-error.ts';
import { App } from './shell/App.tsx';
import { startApp, whatIsKnown, whatWillBeKnown } from './store/start.ts';

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
const refuse = (error: unknown) => {
  draw(problemOf(error));
};
const begin = (known: WindowStart) => {
  startApp(known);
  draw(null);
};

try {
  const known = whatIsKnown();
  if (known === null) whatWillBeKnown().then(begin).catch(refuse);
  else {
    // Within this turn: the browser keeps compiled what of this file has run by its end, and the next start compiles none of it.
    flushSync(() => {
      begin(known);
    });
  }
} catch (error) {
  refuse(error);
}
