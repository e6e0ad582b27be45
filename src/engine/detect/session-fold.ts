import type { DetectContext } from './context.ts';
import { idleSession } from './detections/idle-session.ts';
import { overlongSession } from './detections/overlong-session.ts';
import { noteEnd, sessionCameBack } from './detections/session-came-back.ts';
import { sessionHijack } from './detections/session-hijack.ts';
import type { PreparedEvent } from './prepare.ts';
import type { SessionDetection } from './session-detection.ts';
import { createSessionState, type SessionState } from './session-state.ts';

/** Detections on one session's activity. */
export const SESSION_DETECTIONS: readonly SessionDetection[] = [
  sessionCameBack,
  sessionHijack,
  idleSession,
  overlongSession,
];

/** When the store says that a session began, if earlier than what was seen: attributes.createdAt. */
const createdAt = (event: PreparedEvent): number => {
  const value = event.attributes?.['createdAt'];
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(at) ? Math.min(at, event.ts) : event.ts;
};

/** One event of one session. Only what its client does is activity; ends are noted. */
export const stepSession = (state: SessionState, event: PreparedEvent, context: DetectContext): void => {
  state.user ??= event.user;
  if (event.type === 'session-closed' || event.type === 'logout') {
    noteEnd(state, event);
    return;
  }
  if (event.type !== 'login' && event.type !== 'session-opened' && event.type !== 'session-updated') return;
  if (state.ended !== null && !state.ended.revoked && event.type !== 'session-updated') {
    // The identifier is used for a new session after an ordinary end: begin anew.
    Object.assign(state, createSessionState(), { user: event.user ?? state.user });
  }
  if (state.firstAt === null) {
    state.firstAt = createdAt(event);
    state.firstId = event.id;
  }
  for (const detection of SESSION_DETECTIONS) detection.evaluate(state, event, context);
  state.lastActivityAt = event.ts;
  state.lastActivityId = event.id;
};
