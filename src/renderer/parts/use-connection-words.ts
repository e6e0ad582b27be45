import type { EnvironmentView } from '#shared/ipc/views.ts';
import { connectionWords, type ConnectionWords } from '../format/connection-words.ts';
import { useFromClock } from '../store/clock.ts';

/** How a connection stands, in words that stay true as time passes; renders again only when a word changes. */
export function useConnectionWords(environment: EnvironmentView): ConnectionWords {
  const text = useFromClock((now) => JSON.stringify(connectionWords(environment, now)));
  return JSON.parse(text) as ConnectionWords;
}
