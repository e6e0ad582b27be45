import { MINUTE } from '#shared/domain/units.ts';
import type { Severity } from '#shared/domain/detection.ts';
import { clientText, countryName, lengthText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { decide, standardFilters } from '../filters.ts';
import { continueEpisode, sessionFinding, type SessionDetection } from '../session-detection.ts';
import type { SessionRow } from '../session-state.ts';
import type { PreparedEvent } from '../prepare.ts';

const descriptor: Descriptor = {
  name: 'session_hijack',
  setting: 'sessionHijack',
  title: 'Session used by another client',
  logic:
    'Within one session the system or browser family changes: medium; from a new address too: high; from a new network (ASN) and a new country too: critical. A change of address alone is nothing; versions are ignored. A new address does not count within one mobile network, one IPv6 /64, or when the session moves between IPv4 and IPv6 of one network.',
  sources: 'Splunk Okta: > 1 address and > 1 system or browser; Panther; Elastic AWS and Okta cookie replay',
  techniques: ['T1539', 'T1550.004'],
  severity: 'medium, high or critical: see the logic',
  entity: 'session',
  filters: STANDARD_FILTERS,
  nextStep:
    'End the session now; sign the person out everywhere if the two rows are not one person’s devices.',
  countsForRisk: true,
};

const differs = <T>(a: T | null, b: T | null): boolean => a !== null && b !== null && a !== b;
const clientChanged = (a: SessionRow, b: SessionRow): boolean =>
  differs(a.os, b.os) || differs(a.browser, b.browser);

/** Whether b is a new address after a: not within one mobile network, nor the other family of one network. */
const addressChanged = (a: SessionRow, b: SessionRow): boolean => {
  if (!differs(a.ipKey, b.ipKey)) return false;
  const sameNetwork = a.asn !== null && a.asn === b.asn;
  if (sameNetwork && (a.network === 'mobile' || b.network === 'mobile')) return false;
  return !(differs(a.family, b.family) && (sameNetwork || a.asn === null || b.asn === null));
};

const ladder = (before: SessionRow, after: SessionRow): Severity => {
  if (!addressChanged(before, after)) return 'medium';
  return differs(before.asn, after.asn) && differs(before.country, after.country) ? 'critical' : 'high';
};
const RANKS: readonly Severity[] = ['medium', 'high', 'critical'];

const rowOf = (event: PreparedEvent, last: SessionRow | null): SessionRow => ({
  id: event.id,
  ts: event.ts,
  // An event that says nothing about the client does not change it.
  os: event.os ?? last?.os ?? null,
  browser: event.browser ?? last?.browser ?? null,
  ip: event.ip ?? last?.ip ?? null,
  ipKey: event.ipKey ?? last?.ipKey ?? null,
  family: event.ipKey === null ? (last?.family ?? null) : event.family,
  country: event.ipKey === null ? (last?.country ?? null) : event.country,
  asn: event.ipKey === null ? (last?.asn ?? null) : event.asn,
  network: event.ipKey === null ? (last?.network ?? null) : event.network,
  trusted: event.ipKey === null ? (last?.trusted ?? false) : event.trusted,
});

export const sessionHijack: SessionDetection = {
  descriptor,
  evaluate(state, event, context) {
    if (context.settings.sessionHijack === null) return;
    if (event.os === null && event.browser === null) context.notEvaluable('session_hijack', 'no user agent');
    else context.evaluated('session_hijack');
    const row = rowOf(event, state.row);
    const last = state.row;
    state.row = row;
    if (last === null) return;
    const before = state.before ?? last;
    if (!clientChanged(before, row)) {
      if (state.before !== null && state.hijack !== null) state.hijack.flipBacks += 1;
      if (state.before === null || state.hijack === null) return;
      // Back to the old client: part of the same story, and evidence that two clients share the session.
      state.before = null;
    } else state.before = before;
    const changed = clientChanged(before, row);
    const severity = changed ? ladder(before, row) : 'medium';
    const rank = RANKS.indexOf(severity);
    const hijack = continueEpisode(state.hijack, event, (base) => ({
      ...base,
      events: [before.id],
      rank,
      before,
      after: row,
      flipBacks: 0,
    }));
    if (changed && rank > hijack.rank) [hijack.rank, hijack.before, hijack.after] = [rank, before, row];
    state.hijack = hijack;
    context.raise(descriptor, {
      severity: RANKS[hijack.rank] ?? 'medium',
      verdict: decide(
        standardFilters(context, 'session_hijack', event).map((entry) =>
          entry.filter === 'trusted_egress' && entry.applied && !hijack.after.trusted
            ? { ...entry, applied: false, reason: 'the other client was not behind the trusted egress' }
            : entry,
        ),
      ),
      summary: `${clientText(hijack.before.browser, hijack.before.os)} became ${clientText(hijack.after.browser, hijack.after.os)}${addressChanged(hijack.before, hijack.after) ? ` at ${hijack.after.ip ?? 'another address'}${differs(hijack.before.country, hijack.after.country) ? ` in ${countryName(hijack.after.country ?? '')}` : ''}` : ''}, ${lengthText(hijack.after.ts - hijack.before.ts)} later`,
      figures: {
        before: hijack.before,
        after: hijack.after,
        minutesApart: Math.round(((hijack.after.ts - hijack.before.ts) / MINUTE) * 100) / 100,
        newAddress: addressChanged(hijack.before, hijack.after),
        newNetwork: differs(hijack.before.asn, hijack.after.asn),
        newCountry: differs(hijack.before.country, hijack.after.country),
        flipBacks: hijack.flipBacks,
        changes: hijack.count,
      },
      ...sessionFinding(state, event, hijack),
    });
  },
};
