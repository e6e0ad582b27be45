import { defaultFilter } from 'cmdk';
import type { Command } from './commands.ts';
import type { Find } from './find-commands.ts';

const GROUPS = ['Go to', 'Do', 'Look'] as const;

export interface PaletteGroup {
  readonly heading: string;
  readonly items: readonly Pick<Command, 'name' | 'run'>[];
}

/**
 * What the palette offers for a text, best first: what the text surely is, commands whose name fits (the best group
 * first, by cmdk's own score), and looking for it. Without a text every command, in its usual order.
 */
export function paletteList(
  text: string,
  commands: readonly Command[],
  finds: readonly Find[],
): readonly PaletteGroup[] {
  const wanted = text.trim();
  const groups = GROUPS.map((heading) => {
    const scored = commands
      .filter(({ group }) => group === heading)
      .map((command) => ({ command, score: wanted === '' ? 1 : defaultFilter(command.name, wanted) }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score);
    return { heading, items: scored.map(({ command }) => command), best: scored[0]?.score ?? 0 };
  });
  const find = (heading: string, sure: boolean): PaletteGroup => ({
    heading,
    items: finds.filter((one) => one.sure === sure),
  });
  return [find('Look into', true), ...groups.toSorted((a, b) => b.best - a.best), find('Find', false)].filter(
    ({ items }) => items.length > 0,
  );
}
