import { useEffect, useRef, useState } from 'react';
import { linkedThing, type LinkedThing } from './linked-thing.ts';

/** A link, or a cell that names something, that somebody has stayed at, with where it is. */
export interface PointedLink {
  readonly thing: LinkedThing;
  /** What the link says. */
  readonly text: string;
  /** What else there is to say at this place. */
  readonly detail: string | null;
  readonly link: HTMLElement;
  readonly href: string;
  readonly box: DOMRect;
}

/** Crossing a list on the way to something else asks nothing. */
const STAY_MS = 450;
/** Long enough for the pointer to reach the summary. */
const LEAVE_MS = 200;
/** How often it is looked whether the link still stands where it was. */
const LOOK_MS = 500;

/** Where a link leads; a table that is scrolled has cells that only name it, as a link each would cost frames. */
const leadsTo = (link: HTMLElement): string => link.dataset['leads'] ?? link.getAttribute('href') ?? '';

function thingAt(target: EventTarget | null): Pick<PointedLink, 'link' | 'thing' | 'href'> | null {
  const link = target instanceof Element ? target.closest<HTMLElement>('a[href^="#/"], [data-leads]') : null;
  if (link === null) return null;
  const { leads, name } = link.dataset;
  const href = leadsTo(link);
  const thing = linkedThing(href, leads === undefined ? name : link.textContent);
  return thing === null ? null : { link, thing, href };
}

/**
 * The link to a person, an address, a network or a kind of device that the pointer rests on or that the keyboard has
 * reached, wherever it stands. Escape, a press, a scroll, and going elsewhere let go of it.
 * @param id of the element that describes it; the pointer may move there
 */
export function usePointedLink(id: string): PointedLink | null {
  const [pointed, setPointed] = useState<PointedLink | null>(null);
  const timer = useRef<number | undefined>(undefined);

  useEffect(() => {
    const later = (act: () => void, ms: number) => {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(act, ms);
    };
    const letGo = () => {
      window.clearTimeout(timer.current);
      setPointed(null);
    };
    let at: HTMLElement | null = null;
    const stayAt = (target: EventTarget | null) => {
      const found = thingAt(target);
      at = found?.link ?? null;
      if (found === null) {
        later(letGo, LEAVE_MS);
        return;
      }
      later(() => {
        const { link, href } = found;
        // A table’s cell may stand for another row by now.
        if (!link.isConnected || document.hidden || leadsTo(link) !== href) letGo();
        else {
          const detail = link.dataset['detail'] ?? null;
          setPointed({ ...found, text: link.textContent, detail, box: link.getBoundingClientRect() });
        }
      }, STAY_MS);
    };
    // What comes under a pointer that lies still (another view, a list that goes on) was not pointed at.
    let lay = { x: Number.NaN, y: Number.NaN };
    let scrolled = false;
    let byKey = false;
    const onScroll = ({ target }: Event) => {
      if (at !== null && target instanceof Node && !target.contains(at)) return;
      letGo();
      // A link that the keyboard reaches is scrolled into sight by that.
      if (byKey) stayAt(document.activeElement);
      else scrolled = true;
    };
    const onMove = ({ clientX: x, clientY: y, target }: PointerEvent) => {
      const lies = x === lay.x && y === lay.y;
      lay = { x, y };
      if (!scrolled || lies) return;
      // Whatever was scrolled under the pointer told so while it lay still.
      scrolled = false;
      stayAt(target);
    };
    const onOver = ({ target, pointerType, clientX, clientY }: PointerEvent) => {
      if (pointerType === 'touch' || (clientX === lay.x && clientY === lay.y)) return;
      scrolled = false;
      byKey = false;
      const isSummary = target instanceof Element && target.closest(`[id="${id}"]`) !== null;
      if (isSummary) window.clearTimeout(timer.current);
      else stayAt(target);
    };
    const onFocus = ({ target }: FocusEvent) => {
      byKey = target instanceof Element && target.matches(':focus-visible');
      if (byKey) stayAt(target);
    };
    document.addEventListener('pointermove', onMove, { passive: true });
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    const over = ['pointerdown', 'contextmenu', 'dragstart', 'focusout'] as const;
    for (const name of over) document.addEventListener(name, letGo, { passive: true });
    document.addEventListener('scroll', onScroll, { capture: true, passive: true });
    document.documentElement.addEventListener('pointerleave', letGo);
    window.addEventListener('blur', letGo);
    window.addEventListener('hashchange', letGo);
    return () => {
      letGo();
      document.removeEventListener('pointermove', onMove);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      for (const name of over) document.removeEventListener(name, letGo);
      document.removeEventListener('scroll', onScroll, { capture: true });
      document.documentElement.removeEventListener('pointerleave', letGo);
      window.removeEventListener('blur', letGo);
      window.removeEventListener('hashchange', letGo);
    };
  }, [id]);

  useEffect(() => {
    if (pointed === null) return undefined;
    const { link, href, box } = pointed;
    link.setAttribute('aria-describedby', id);
    const letGo = () => {
      setPointed(null);
    };
    const look = window.setInterval(() => {
      const { left, top } = link.getBoundingClientRect();
      if (!link.isConnected || leadsTo(link) !== href || left !== box.left || top !== box.top) letGo();
    }, LOOK_MS);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      // The view keeps what Escape would otherwise take back.
      event.preventDefault();
      event.stopPropagation();
      letGo();
    };
    document.addEventListener('keydown', onKey, { capture: true });
    return () => {
      link.removeAttribute('aria-describedby');
      window.clearInterval(look);
      document.removeEventListener('keydown', onKey, { capture: true });
    };
  }, [pointed, id]);
  return pointed;
}
