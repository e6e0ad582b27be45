import type { ReactNode } from 'react';
import { bothTimes, dayTime, relativeTime } from '../format/time.ts';
import { useFromClock } from '../store/clock.ts';
import { useSettings } from '../store/settings-store.ts';
import { Unknown } from '../components/Unknown.tsx';

/** `3 min ago`, or the time of day where a person prefers it; the exact time, local and UTC, on hovering. */
export function TimeAgo(props: { readonly at: number | null; readonly missing?: string }): ReactNode {
  const { at, missing = 'The store does not keep this time' } = props;
  const { times, timeZone } = useSettings((state) => state.settings);
  const text = useFromClock((now) =>
    at === null ? '' : times === 'relative' ? relativeTime(at, now) : dayTime(at, now, timeZone),
  );
  if (at === null) return <Unknown why={missing} />;
  return (
    <time dateTime={new Date(at).toISOString()} title={bothTimes(at)}>
      {text}
    </time>
  );
}

/** `08:12`, `Yesterday 08:12`, `3 Nov 08:12` in the chosen zone; exact on hovering. */
export function TimeOfDay(props: { readonly at: number | null; readonly missing?: string }): ReactNode {
  const { at, missing = 'The store does not keep this time' } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const text = useFromClock((now) => (at === null ? '' : dayTime(at, now, zone)));
  if (at === null) return <Unknown why={missing} />;
  return (
    <time dateTime={new Date(at).toISOString()} title={bothTimes(at)}>
      {text}
    </time>
  );
}
