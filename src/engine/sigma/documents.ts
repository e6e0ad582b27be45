import { parseAllDocuments } from 'yaml';
import { SigmaError } from './problem.ts';

/** A rule file of the public collections has 1 to 5 KB; hostile ones end here. */
const MOST_CHARACTERS = 1_000_000;
const MOST_DOCUMENTS = 500;
const MOST_ALIASES = 100;
const MOST_DEPTH = 24;
const MOST_NODES = 50_000;

export type Mapping = Readonly<Record<string, unknown>>;
export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type ParsedDocument =
  | { readonly is: 'mapping'; readonly value: Mapping }
  | { readonly is: 'wrong'; readonly where: string; readonly message: string };

/** The YAML documents of a rule file. Size, aliases, depth and number of nodes are bounded. */
export function parseDocuments(text: string): readonly ParsedDocument[] {
  if (text.length > MOST_CHARACTERS) {
    return [wrong('file', `is longer than ${String(MOST_CHARACTERS)} characters; split it`)];
  }
  // Only the core schema: no dates, no binary, no tags of other languages.
  const documents = parseAllDocuments(text, { schema: 'core', uniqueKeys: true, merge: false });
  if (documents.length > MOST_DOCUMENTS) {
    return [wrong('file', `holds more than ${String(MOST_DOCUMENTS)} rules; split it`)];
  }
  const parsed = documents.flatMap((document, index): ParsedDocument[] => {
    const place = documents.length === 1 ? 'file' : `document ${String(index + 1)}`;
    const [error] = document.errors;
    if (error !== undefined) return [wrong(place, `is not YAML: ${error.message.split('\n')[0] ?? ''}`)];
    try {
      const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
      if (value === null) return [];
      measure(value);
      if (!isMapping(value)) return [wrong(place, 'is no mapping of names to values')];
      return [{ is: 'mapping', value }];
    } catch (fault) {
      return [wrong(place, fault instanceof Error ? fault.message : String(fault))];
    }
  });
  // Nothing but comments is what a rule looks like that somebody switched off, or that was never saved.
  return parsed.length === 0 ? [wrong('file', 'holds no rule')] : parsed;
}

const wrong = (where: string, message: string): ParsedDocument => ({ is: 'wrong', where, message });

/** Counts what aliases have multiplied. */
function measure(root: unknown): void {
  let nodes = 0;
  const visit = (value: unknown, depth: number): void => {
    nodes += 1;
    if (nodes > MOST_NODES) throw new SigmaError('', `has more than ${String(MOST_NODES)} values`);
    if (depth > MOST_DEPTH) throw new SigmaError('', `is nested deeper than ${String(MOST_DEPTH)} levels`);
    if (typeof value !== 'object' || value === null) return;
    for (const child of Object.values(value)) visit(child, depth + 1);
  };
  visit(root, 0);
}
