import { z } from 'zod';
import type { SessionId } from '#shared/domain/ids.ts';
import type { ResponseSelection } from '#shared/ipc/respond-contract.ts';
import { Command, Selector } from '#shared/protocol/commands.ts';
import type { PlainSelector } from './response-reach.ts';

// How commands are written down. A command can name thousands of sessions; they are kept once, in pages beside it, so that
// noting what became of it writes a few bytes and not all their names again.

const LISTED = 'previewed';
const Listed = z.object({ sessions: z.literal(LISTED) });
const Stored = z.looseObject({ selector: z.unknown() });

/** @returns the text of a selector; sessions that it names are in the command's pages, in the same order */
export const selectorText = (selector: Selector): string =>
  JSON.stringify('sessions' in selector ? { ...selector, sessions: LISTED } : selector);

/** @param ids reads the command's pages */
export function readSelector(text: string, ids: () => readonly SessionId[]): Selector {
  const stored: unknown = JSON.parse(text);
  if (!Listed.safeParse(stored).success) return Selector.parse(stored);
  return { ...checkedShape(stored as object), sessions: [...ids()] };
}
/** Ids are checked where their pages are read; here everything around them. */
const checkedShape = (selector: object): Selector => Selector.parse({ ...selector, sessions: [LISTED] });

/**
 * A command as it may be sent, checked once more, so that no malformed act goes out. Whom it names was checked when it was
 * read and is taken as it is: that can be thousands, and nothing is sent before all commands have been written.
 */
export function checkedCommand(
  draft: Omit<z.input<typeof Command>, 'selector'> & { readonly selector: Selector | PlainSelector },
): Command {
  const { selector } = draft;
  if (!('sessions' in selector)) return Command.parse(draft);
  const shape = checkedShape(selector);
  return {
    ...Command.parse({ ...draft, selector: shape }),
    selector: { ...shape, sessions: [...selector.sessions] },
  };
}

/** @returns the text of what goes out; sessions that it names are those of its selector */
export const payloadText = (payload: Command): string =>
  JSON.stringify(
    'sessions' in payload.selector
      ? { ...payload, selector: { ...payload.selector, sessions: LISTED } }
      : payload,
  );

/** What goes out, at every try the same, byte for byte: it was checked before it was written. */
export function readPayload(
  text: string,
  ids: () => readonly SessionId[],
): Readonly<Record<string, unknown>> {
  const stored = JSON.parse(text) as object;
  // A parsed record would have its selector first, unlike the one that went out from memory.
  return { ...stored, selector: withIds(Stored.parse(stored).selector, ids) };
}

export const isBound = (text: string): boolean => Stored.parse(JSON.parse(text))['preview'] !== undefined;

const withIds = (selector: unknown, ids: () => readonly SessionId[]): unknown =>
  Listed.safeParse(selector).success ? { ...(selector as object), sessions: ids() } : selector;

/** What is kept of whom somebody asked for: of sessions that were picked one by one the first stands for all. */
export function withoutNames(selection: ResponseSelection): ResponseSelection {
  if (!('targets' in selection)) return selection;
  return {
    targets: selection.targets.map((target) =>
      'sessions' in target.selector
        ? { ...target, selector: { sessions: target.selector.sessions.slice(0, 1) } }
        : target,
    ),
  };
}
