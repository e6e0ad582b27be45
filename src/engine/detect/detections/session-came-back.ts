import { MINUTE } from '#shared/domain/units.ts';
import { lengthText } from '#shared/domain/said.ts';
import type { Descriptor } from '../descriptor.ts';
import { decide, standardFilters } from '../filters.ts';
import { continueEpisode, sessionFinding, type SessionDetection } from '../session-detection.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { SessionState } from '../session-state.ts';

const descriptor: Descriptor = {
  name: 'session_came_back',
  setting: 'sessionCameBack',
  title: 'Ended session came back',
  logic:
    'A session identifier is in use again after it was revoked (by an operator, a rule or a change of credentials).',
  sources: 'ours',
  techniques: ['T1539', 'T1550.004'],
  severity: 'high',
  entity: 'session',
  filters: ['ignored_user', 'allow_list'],
  nextStep:
    'End it again, and find what restores it: single sign-on, a remember-me cookie, or a second store.',
  countsForRisk: true,
};

const REVOKED =
  /revok|terminat|kill|force|admin|operator|rule|polic|credential|compromis|invalidat|password[\s_-]*(change|reset)/i;

/** Notes how a session ended. A cause that says nobody ended it (logout, expiry) may well start anew. */
export const noteEnd = (state: SessionState, event: PreparedEvent): void => {
  const attribute = event.attributes?.['cause'];
  const given = event.reason ?? (typeof attribute === 'string' ? attribute : null);
  // Somebody else ended it: that is a revocation, said or not.
  const { actor } = event;
  const other = actor !== null && actor !== (event.user ?? state.user);
  const cause = given ?? (other ? `revoked by ${actor}` : null);
  state.ended = {
    id: event.id,
    ts: event.ts,
    cause,
    revoked: event.type === 'session-closed' && cause !== null && REVOKED.test(cause),
  };
};

export const sessionCameBack: SessionDetection = {
  descriptor,
  evaluate(state, event, context) {
    if (context.settings.sessionCameBack === null || state.ended === null) return;
    const { ended } = state;
    if (ended.cause === null) {
      context.notEvaluable('session_came_back', 'cause of the end unknown');
      return;
    }
    context.evaluated('session_came_back');
    if (!ended.revoked) return;
    const episode = continueEpisode(state.cameBack, event, (base) => ({ ...base, events: [ended.id] }));
    state.cameBack = episode;
    context.raise(descriptor, {
      severity: 'high',
      verdict: decide(
        standardFilters(context, 'session_came_back', event).filter((entry) =>
          descriptor.filters.includes(entry.filter),
        ),
      ),
      summary: `In use again ${lengthText(event.ts - ended.ts)} after it was ended (${ended.cause})`,
      figures: {
        endedBy: ended.id,
        endedAt: ended.ts,
        cause: ended.cause,
        minutesAfter: (event.ts - ended.ts) / MINUTE,
        uses: episode.count,
        ip: event.ip,
        country: event.country,
      },
      ...sessionFinding(state, event, episode),
    });
  },
};
