import { assertNever } from '#shared/domain/assert-never.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';

/** The state of an environment as a sentence. */
export function stateText(view: EnvironmentView): string {
  const { state } = view;
  switch (state.is) {
    case 'stopped':
      return view.enabled ? 'stopped' : 'switched off';
    case 'connecting':
      return 'connecting';
    case 'syncing':
      return 'reading what is there';
    case 'live':
      return 'live';
    case 'waiting':
    case 'refused':
      return [state.problem.message, state.problem.advice].filter(Boolean).join(' ');
    default:
      return assertNever(state);
  }
}
