import { MARKS } from '#shared/protocol/records.ts';
import { CLOSE_REASONS } from '#shared/protocol/records.ts';
import { AccountId } from '#shared/domain/ids.ts';
import { Severity } from '#shared/domain/detection.ts';
import type { SessionStatus } from '#shared/domain/status.ts';
import { KeyHint } from '#renderer/components/KeyHint.tsx';
import { Mark, Marks } from '#renderer/components/Marks.tsx';
import { SeverityMark } from '#renderer/components/SeverityMark.tsx';
import { StatusMark } from '#renderer/components/StatusMark.tsx';
import { TextButton } from '#renderer/components/TextButton.tsx';
import { ToneMark } from '#renderer/components/ToneMark.tsx';
import { Unknown } from '#renderer/components/Unknown.tsx';
import type { ConnectionTone } from '#renderer/format/connection-words.ts';
import { each, type Entry } from './entry.ts';
import { session } from './fixtures.ts';

// Total over the union, so that a new member has to be shown.
const STATUSES: Readonly<Record<SessionStatus, null>> = {
  active: null,
  idle: null,
  stale: null,
  unseen: null,
  ended: null,
};
const TONES: Readonly<Record<ConnectionTone, string>> = {
  good: 'Live',
  busy: 'Reading 4,120 of 9,000',
  late: 'Last read 12 min ago',
  bad: 'The token was refused',
  off: 'Stopped',
};
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): K[] => Object.keys(record) as K[];
const nothing = (): void => undefined;

export const MARK_ENTRIES: readonly Entry[] = [
  {
    component: 'SeverityMark',
    states: [
      ...each(Severity.options, (severity) => <SeverityMark severity={severity} />),
      ['faded', () => <SeverityMark severity="high" faded />],
    ],
  },
  {
    component: 'StatusMark',
    states: [
      ...each(keysOf(STATUSES), (status) => <StatusMark status={status} />),
      ...CLOSE_REASONS.map(
        (cause) => [`ended: ${cause}`, () => <StatusMark status="ended" cause={cause} />] as const,
      ),
    ],
  },
  {
    component: 'ToneMark',
    states: each(keysOf(TONES), (tone) => <ToneMark tone={tone}>{TONES[tone]}</ToneMark>),
  },
  {
    component: 'Mark',
    states: [...each(MARKS, (mark) => <Mark mark={mark} />), ['you', () => <Mark mark="you" />]],
  },
  {
    component: 'Marks',
    states: [
      ['none', () => <Marks row={session()} />],
      [
        'all at once',
        () => (
          <Marks
            row={session({
              own: true,
              privileged: true,
              marks: ['mfa', 'remember-me'],
              via: { id: AccountId.parse('1'), name: 'Root Admin' },
            })}
          />
        ),
      ],
    ],
  },
  { component: 'Unknown', states: [['dash', () => <Unknown why="The store does not keep it" />]] },
  { component: 'KeyHint', states: [['a key', () => <KeyHint>Ctrl K</KeyHint>]] },
  {
    component: 'TextButton',
    states: each(['link', 'plain', 'failure', 'warning'], (tone) => (
      <TextButton tone={tone} onPress={nothing}>
        Sign-in failed
      </TextButton>
    )),
  },
];
