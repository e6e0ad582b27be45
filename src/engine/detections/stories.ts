import { DAY } from '#shared/domain/units.ts';
import type { WritableDb } from '../mirror/database.ts';

/** Findings of a person, session or attacking address this close together are one story. */
export const STORY_MS = DAY;

/** As the queries below give it. */
interface Member {
  readonly key: number;
  readonly id: string;
  readonly campaign: string | null;
  readonly raised_at: number;
  readonly last_at: number;
}
const earlier = (a: Member, b: Member): number => a.raised_at - b.raised_at || (a.id < b.id ? -1 : 1);
/**
 * Findings about the same person, session or address that a new one is compared with, the latest. Under an attack there
 * are thousands; each was compared with the latest of its own time, so that the story holds together all the same.
 */
const MOST_COMPARED = 50;

/** A finding as it stood before it was written anew, and when the newest of all findings ended then. */
export interface Stood {
  readonly withdrawn_at: number | null;
  readonly filtered: string | null;
  readonly account: number | null;
  readonly session: number | null;
  readonly ip: string | null;
  readonly raised_at: number;
  readonly last_at: number;
  readonly newest: number;
}

/** What findings are joined by. */
export interface Subject {
  /** It, as it was just written. */
  readonly itself: Member;
  /** Null: it is new. */
  readonly stood: Stood | null;
  readonly connection: number;
  readonly account: number | null;
  readonly session: number | null;
  readonly ip: string | null;
  /** Of its entity. */
  readonly kind: string;
  readonly from: number;
  readonly until: number;
}

/**
 * Whether it was joined before with all that it can be joined with: it was about the same, and whatever its new end
 * reaches beyond what its old one reached would have to begin after everything there is has ended.
 */
const isJoined = ({ stood, itself, account, session, ip }: Subject): boolean =>
  stood !== null &&
  stood.withdrawn_at === null &&
  stood.filtered === null &&
  stood.account === account &&
  stood.session === session &&
  stood.ip === ip &&
  stood.raised_at === itself.raised_at &&
  (itself.last_at <= stood.last_at || stood.newest <= stood.last_at + STORY_MS);

/** Joins a detection with what it shares a person, a session or an attacking address with into one campaign. */
export function createCampaigns(db: WritableDb): (about: Subject) => void {
  type Asked = Omit<Subject, 'itself' | 'kind' | 'stood'> & { readonly key: number };
  // One look-up for each kind of kinship: their union in one statement costs several times as much. The plus before every
  // parameter: SQLite prepares a statement with ORDER BY anew whenever one that is compared with a bare column is bound
  // to something else, which takes ten times as long as the look-up.
  const related = (where: string, order = `DESC LIMIT ${String(MOST_COMPARED)}`) =>
    db.prepare(
      `SELECT key, id, campaign, raised_at, last_at FROM detection
       WHERE ${where} AND +connection = +? AND withdrawn_at IS NULL AND filtered IS NULL
         AND raised_at <= +? AND last_at >= +? ORDER BY last_at ${order}`,
    );
  const ofAccount = related('account = +?');
  const lastOfAccount = related('account = +? AND key <> +?', 'DESC LIMIT 1');
  const firstOfAccount = related('account = +? AND key <> +?', 'LIMIT 1');
  const ofSession = related('session = +?');
  // Each kind by itself lies in the index in the order that is asked for: nothing is sorted for the many that find none.
  const attackers = ['ip', 'environment'].map((kind) => related(`ip = +? AND entity_kind = '${kind}'`));
  const during = ({ connection, until, from }: Asked) => [connection, until, from] as const;
  const ofAttacker = (asked: Asked): readonly Member[] => {
    const found = attackers.flatMap((one) => one.all(asked.ip, ...during(asked)) as Member[]);
    if (found.length <= MOST_COMPARED) return found;
    return found.sort((a, b) => b.last_at - a.last_at).slice(0, MOST_COMPARED);
  };
  const atAddress = related('ip = +?');
  const headOf = db.prepare(
    'SELECT key, id, campaign, raised_at, last_at FROM detection WHERE connection = ? AND id = ? AND withdrawn_at IS NULL',
  );
  const set = db.prepare('UPDATE detection SET campaign = ? WHERE key = ?');
  const merge = db.prepare('UPDATE detection SET campaign = ? WHERE connection = ? AND campaign = ?');

  /**
   * Those about the same person that the story of a new one can be told from. A busy person has hundreds, all of them
   * joined when they were written. Where the first and the last to end lie within twice the time that makes one story,
   * any of them is near enough to one of the two to have been joined with it; elsewhere there is no short cut.
   */
  const endsOfAccount = (asked: Asked): readonly Member[] | null => {
    const last = lastOfAccount.get(asked.account, asked.key, ...during(asked)) as Member | undefined;
    if (last === undefined) return [];
    const first = firstOfAccount.get(asked.account, asked.key, ...during(asked)) as Member;
    return last.last_at - first.last_at <= 2 * STORY_MS ? [first, last] : null;
  };

  /** Joins these; false: what one of their stories is named after is not among the findings any more. */
  const join = (connection: number, found: readonly Member[], sure: boolean): boolean => {
    const members = [...new Map(found.map((member) => [member.key, member])).values()].sort(earlier);
    if (members.length < 2) return true;
    const campaigns = new Set(members.flatMap(({ campaign }) => campaign ?? []));
    // Named after its earliest finding, whatever order they were written in. So was each of the campaigns that are
    // joined: the ones they are named after stand for all the rest of them.
    const heads = [...campaigns].flatMap((id) =>
      members.some((member) => member.id === id) ? [] : [headOf.get(connection, id) as Member | undefined],
    );
    if (!sure && heads.includes(undefined)) return false;
    const name = [...campaigns][0] ?? members[0]?.id ?? '';
    for (const other of campaigns) if (other !== name) merge.run(name, connection, other);
    for (const member of members) if (member.campaign !== name) set.run(name, member.key);
    const [earliest] = [...members, ...heads.filter((head) => head !== undefined)].sort(earlier);
    if (earliest !== undefined && earliest.id !== name) merge.run(earliest.id, connection, name);
    return true;
  };

  return (about) => {
    if (isJoined(about)) return;
    const { kind, itself, stood: _, ...subject } = about;
    const asked: Asked = { ...subject, key: itself.key };
    const others = [
      ...(subject.session === null ? [] : ofSession.all(asked.session, ...during(asked))),
      ...(subject.ip === null
        ? []
        : kind === 'ip' || kind === 'environment'
          ? atAddress.all(asked.ip, ...during(asked))
          : ofAttacker(asked)),
    ] as Member[];
    // One that its story is named after may have been moved behind another.
    const named = itself.campaign === itself.id;
    const ends = subject.account === null ? [] : named ? null : endsOfAccount(asked);
    if (ends !== null && join(subject.connection, [itself, ...ends, ...others], false)) return;
    const all = subject.account === null ? [] : (ofAccount.all(asked.account, ...during(asked)) as Member[]);
    join(subject.connection, [itself, ...all, ...others], true);
  };
}
