import { askProfile } from './ask.ts';
import { stateText } from './state-text.ts';

/** Says how every environment stands. */
export async function status(profile: string, json: boolean, version: string): Promise<number> {
  const questions = await askProfile(profile, version);
  try {
    const environments = await questions.call('environments.list', {});
    if (json) {
      process.stdout.write(`${JSON.stringify({ running: questions.running, environments }, null, 2)}\n`);
      return 0;
    }
    const about = await questions.call('about', {});
    for (const problem of about.problems)
      process.stdout.write(`${problem.message} ${problem.advice ?? ''}\n`);
    if (!questions.running)
      process.stdout.write('No engine works on this profile; this is what was mirrored.\n');
    if (environments.length === 0) process.stdout.write('No environment is configured.\n');
    for (const view of environments) {
      const asOf =
        view.asOf === null
          ? 'never'
          : `${new Date(view.asOf).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
      process.stdout.write(
        [
          `${view.name}  ${view.url}`,
          `  ${questions.running ? stateText(view) : 'not connected'}`,
          `  ${String(view.liveSessions)} live sessions, as of ${asOf}`,
          `  history: ${view.history.is}, ${String(view.history.events)} events` +
            (view.setAside > 0 ? `; ${String(view.setAside)} malformed records set aside` : ''),
          '',
        ].join('\n'),
      );
    }
    return 0;
  } finally {
    questions.close();
  }
}
