import { NetworkKind } from '#shared/domain/place.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { parseCidr, type Cidr } from './cidr.ts';
import { cidrMap } from './cidr-map.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import type { KindFinding, KindProvider } from './types.ts';

/** One list of networks by kind (format: docs/geo.md). */
export interface KindList {
  readonly name: string;
  readonly date: string | null;
  readonly licence: string | null;
  readonly blocks: readonly (readonly [Cidr, NetworkKind])[];
  readonly asns: readonly (readonly [number, NetworkKind])[];
}

/** Faults named in one message; the rest is counted. */
const FAULTS_SHOWN = 5;
const HEADER = /^#\s*(name|kind|date|licence|license)\s*:\s*(.+)$/i;
const ASN = /^(?:AS)?(\d{1,10})$/i;

/**
 * Reads a list: a head of `# name:`, `# kind:`, `# date:`, `# licence:` lines, then one CIDR, address or ASN a line,
 * optionally followed by `,kind` and `,anything`. A list with a faulty line is refused whole: half a list would
 * silence or raise detections without anybody knowing.
 * @param path only named in errors, and the list's name when it has none
 */
export function parseKindList(text: string, path: string): Result<KindList, GeoProblem> {
  const head = new Map<string, string>();
  const blocks: [Cidr, NetworkKind][] = [];
  const asns: [number, NetworkKind][] = [];
  const faults: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const header = HEADER.exec(line);
    if (header?.[1] !== undefined)
      head.set(header[1].toLowerCase().replace('license', 'licence'), (header[2] ?? '').trim());
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const [subject = '', ownKind = ''] = line.split(',', 2).map((part) => part.trim());
    const kind = NetworkKind.safeParse((ownKind || head.get('kind') || '').toLowerCase());
    const where = `line ${index + 1}`;
    if (!kind.success) {
      faults.push(
        `${where}: ${ownKind ? `"${ownKind.slice(0, 40)}" is no kind of network` : 'no kind given, neither there nor in a "# kind:" line'}`,
      );
      continue;
    }
    const asn = ASN.exec(subject)?.[1];
    const cidr = asn === undefined ? parseCidr(subject) : null;
    if (asn !== undefined && Number(asn) > 0 && Number(asn) < 2 ** 32) asns.push([Number(asn), kind.data]);
    else if (cidr !== null) blocks.push([cidr, kind.data]);
    else faults.push(`${where}: "${subject.slice(0, 40)}" is no CIDR, address or AS number`);
  }
  if (faults.length > 0) {
    const more = faults.length > FAULTS_SHOWN ? `; and ${faults.length - FAULTS_SHOWN} more` : '';
    return failure(geoProblem('invalid', path, faults.slice(0, FAULTS_SHOWN).join('; ') + more));
  }
  const name = head.get('name') ?? path.split(/[\\/]/).at(-1) ?? path;
  return success({
    name,
    date: head.get('date') ?? null,
    licence: head.get('licence') ?? null,
    blocks,
    asns,
  });
}

/**
 * Puts lists together. An address or block says more than an AS number, a narrower block more than a wider one, and
 * of two equal ones the later list wins: the operator's lists come after the bundled one.
 */
export function kindProvider(lists: readonly KindList[]): KindProvider {
  const found = (list: KindList, kind: NetworkKind): KindFinding => ({
    kind,
    list: list.name,
    listDate: list.date,
  });
  const blocks = cidrMap(
    lists.flatMap((list) => list.blocks.map(([cidr, kind]) => [cidr, found(list, kind)] as const)),
  );
  const asns = new Map(
    lists.flatMap((list) => list.asns.map(([asn, kind]) => [asn, found(list, kind)] as const)),
  );
  return {
    sources: lists.map(({ name, date, licence }) => ({ name, date, licence, attribution: [] })),
    find: (address, asn) =>
      blocks.find(address.family, address.value) ?? (asn === null ? null : (asns.get(asn) ?? null)),
  };
}
