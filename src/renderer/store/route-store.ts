import { create } from 'zustand';

export const VIEWS = [
  'watch',
  'sessions',
  'people',
  'detections',
  'audit',
  'investigate',
  'response',
  'rules',
  'environments',
  'settings',
] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Route {
  readonly view: ViewName;
  /** What stands behind the view's name, for instance a session: `#/sessions/<connection>/<id>`. */
  readonly rest: readonly string[];
}

const isView = (name: string): name is ViewName => (VIEWS as readonly string[]).includes(name);

/** Reads `#/view/part/part`; anything else is Watch. Parts are percent-decoded. */
export function parseHash(hash: string): Route {
  const [view = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  if (!isView(view)) return { view: 'watch', rest: [] };
  return { view, rest: rest.filter((part) => part !== '').map(decode) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign in a link made by hand.
    return part;
  }
}

export const hrefOf = (view: ViewName, ...rest: readonly string[]): string =>
  `#/${[view, ...rest.map((part) => encodeURIComponent(part))].join('/')}`;

export const useRoute = create<Route>(() => ({ view: 'watch', rest: [] }));

/** Goes to a view; back and forward work because the address changes. */
export function goTo(view: ViewName, ...rest: readonly string[]): void {
  window.location.hash = hrefOf(view, ...rest);
}

/** Follows the address from now on; starts where the person was when the address names nothing. */
export function startRouting(lastHash: string | undefined, onChange: (route: Route) => void): void {
  const follow = () => {
    const route = parseHash(window.location.hash);
    useRoute.setState(route);
    onChange(route);
  };
  window.addEventListener('hashchange', follow);
  if (window.location.hash === '' && lastHash !== undefined) {
    const { view, rest } = parseHash(lastHash);
    window.history.replaceState(null, '', hrefOf(view, ...rest));
  }
  follow();
}
