import { goTo, type ViewName } from '../store/route-store.ts';
import { changeAuditSearch } from '../store/audit-search.ts';
import { usePeopleFilter } from '../store/people-filter.ts';
import { NO_FILTER, useSessionsFilter } from '../store/session-filter.ts';

export interface Find {
  readonly name: string;
  readonly run: () => void;
  /** The text is an instant, an address or a network: this is what was meant, not a name that looks like it. */
  readonly sure: boolean;
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:.]+)$/i;
const NETWORK = /^as\d{1,10}$/i;
const DATE = /^(?:(yesterday|today)\s+)?(\d{1,2}):(\d{2})$/i;

/** The instant that `03:10`, `today 03:10` or `yesterday 03:10` means in a zone; null for anything else. */
export function instantOf(text: string, now: number, zone: 'local' | 'utc'): number | null {
  const found = DATE.exec(text.trim());
  if (found === null) return null;
  const [, day, hour = '', minute = ''] = found;
  if (Number(hour) > 23 || Number(minute) > 59) return null;
  const date = new Date(now);
  if (zone === 'utc') date.setUTCHours(Number(hour), Number(minute), 0, 0);
  else date.setHours(Number(hour), Number(minute), 0, 0);
  const back = day?.toLowerCase() === 'yesterday' || (day === undefined && date.getTime() > now) ? 1 : 0;
  if (back === 1) {
    if (zone === 'utc') date.setUTCDate(date.getUTCDate() - 1);
    else date.setDate(date.getDate() - 1);
  }
  return date.getTime();
}

/** What a typed text may stand for, the surest first. */
export function findsFor(
  text: string,
  context: {
    readonly now: number;
    readonly zone: 'local' | 'utc';
    readonly shown: (at: number) => string;
  },
): readonly Find[] {
  const find = text.trim();
  if (find === '') return [];
  const to = (name: string, view: ViewName, ...rest: string[]): Find => ({
    name,
    sure: true,
    run: () => {
      goTo(view, ...rest);
    },
  });
  const at = instantOf(find, context.now, context.zone);
  return [
    ...(at === null
      ? []
      : [to(`Who was signed in at ${context.shown(at)}`, 'investigate', 'at', String(at))]),
    ...(ADDRESS.test(find) ? [to(`Everything that ${find} touched`, 'investigate', 'address', find)] : []),
    ...(NETWORK.test(find)
      ? [to(`Everything that ${find.toUpperCase()} touched`, 'investigate', 'network', find.toUpperCase())]
      : []),
    {
      name: `Sessions with “${find}”`,
      sure: false,
      run: () => {
        useSessionsFilter.setState({ ...NO_FILTER, text: find });
        goTo('sessions');
      },
    },
    {
      name: `People with “${find}”`,
      sure: false,
      run: () => {
        usePeopleFilter.setState({ text: find, which: 'all' });
        goTo('people');
      },
    },
    {
      name: `Events with “${find}”`,
      sure: false,
      run: () => {
        changeAuditSearch({ text: find.includes(' ') ? `"${find.replaceAll('"', '')}"` : find });
        goTo('audit');
      },
    },
  ];
}
