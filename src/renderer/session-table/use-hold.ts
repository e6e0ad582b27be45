import { useMemo, useState } from 'react';
import { useApp } from '../store/app-store.ts';
import { useRespond } from '../store/respond-store.ts';

/** Whether somebody is at a list: then its order is held, so that nothing jumps away under the pointer. */
export interface Hold {
  readonly held: boolean;
  readonly pointed: (is: boolean) => void;
  readonly focused: (is: boolean) => void;
  readonly scrolled: (is: boolean) => void;
  readonly menu: (is: boolean) => void;
}

export function useHold(): Hold {
  const [isPointed, pointed] = useState(false);
  const [isFocused, focused] = useState(false);
  const [isScrolled, scrolled] = useState(false);
  const [hasMenu, menu] = useState(false);
  const acting = useRespond((state) => state.respond.is !== 'closed');
  const filling = useApp((state) =>
    (state.environments ?? []).some((environment) => environment.state.is === 'syncing'),
  );
  // While a store is first read there is no order worth holding.
  const held = !filling && (isPointed || isFocused || isScrolled || acting || hasMenu);
  return useMemo(() => ({ held, pointed, focused, scrolled, menu }), [held]);
}
