import type { DetectionRecord } from '#shared/domain/detection.ts';
import { DAY } from '#shared/domain/units.ts';
import { count, counted, timesText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { fromEpisode, listEvent, type Episode } from '../episode.ts';
import { countRecord, type Figures } from '../figures.ts';
import { createAllowList, decide, filter, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import { toRecord } from '../record.ts';
import type { DetectSettings } from '../settings.ts';
import type { RiskScore } from './risk-model.ts';
import { riskOf } from './risk-scale.ts';

const NAME = 'risky_sign_in';

export const riskySignIn: Descriptor = {
  name: NAME,
  setting: 'riskySignIn',
  title: 'Risky sign-in',
  logic:
    'The risk score of a successful sign-in is above the threshold that gives the chosen number of questions a week on the environment’s own history (off until it is chosen). One a person and day. Evaluated where risk is scored: over a mirror.',
  sources:
    'Freeman et al. (NDSS 2016) and Wiefling et al. for the score; the threshold is the environment’s own',
  techniques: ['T1078'],
  severity: 'medium',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning'],
  nextStep:
    'Read the factors of the score: which of address, client and habit is unusual. Ask the person whether it was them.',
  countsForRisk: false,
};

/** Raises a finding when a score is above the threshold. `held` is the person's last finding; it is updated in place. */
export const createRiskySignIn = (settings: DetectSettings, figures: Figures) => {
  const own = settings.riskySignIn;
  if (own === null) return null;
  const allows = createAllowList(settings);
  const found = figures[NAME];
  const { askAbove } = own;
  return (
    event: PreparedEvent,
    score: RiskScore,
    held: Episode | null,
  ): { readonly episode: Episode; readonly record: DetectionRecord } | null => {
    if (score.value === null) {
      if (!event.silent) {
        const reason = score.factors.reason ?? 'no score';
        found.notEvaluable[reason] = (found.notEvaluable[reason] ?? 0) + 1;
      }
      return null;
    }
    if (!event.silent) found.evaluated += 1;
    if (score.value <= askAbove) return null;
    const verdict = decide([
      ...standardFilters({ allows }, NAME, event),
      filter(
        'learning',
        score.learning,
        `still learning: ${counted(score.factors.history?.ownLogins ?? 0, 'sign-in')} so far`,
        `learned from ${counted(score.factors.history?.ownLogins ?? 0, 'sign-in')}`,
      ),
    ]);
    const again = held !== null && event.ts - held.raisedAt <= DAY && event.ts >= held.raisedAt;
    const episode: Episode =
      again && verdict.filtered === null
        ? held
        : {
            at: event.id,
            raisedAt: event.ts,
            lastAt: event.ts,
            count: 0,
            events: [],
            silent: event.silent,
          };
    listEvent(episode.events, event.id);
    episode.lastAt = Math.max(episode.lastAt, event.ts);
    episode.count += 1;
    const risk = riskOf(score.value) ?? 0;
    const { ip, ua, user } = score.factors;
    const record = toRecord(riskySignIn, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'medium',
      verdict,
      summary: `Risk ${count(Math.round(risk))} out of 100, ${timesText(score.value)} times as risky as usual`,
      figures: {
        score: score.value,
        askAbove,
        risk,
        addressRatio: ip?.ratio ?? null,
        clientRatio: ua?.ratio ?? null,
        personRatio: user?.ratio ?? null,
        attackPrior: (ip?.attack ?? 1) * (ua?.attack ?? 1),
        ip: event.ip,
        country: event.country,
        asn: event.asn,
        session: event.session,
        signIns: episode.count,
      },
      ...fromEpisode(episode, `risky|${verdict.filtered ?? ''}`),
    });
    if (!again || verdict.filtered !== null) countRecord(figures, record, 1);
    return { episode, record };
  };
};
