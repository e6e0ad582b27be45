import type { ParsedOf, ReplyOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { z } from 'zod';
import type { SessionFilter } from '#shared/ipc/session-filter.ts';
import { backTest } from '../detections/back-test.ts';
import { detectionDetail } from '../detections/ask-detail.ts';
import { detectionFigures } from '../detections/ask-figures.ts';
import { detectionGroups, detectionList } from '../detections/ask-list.ts';
import { riskCalibration, riskHistory } from '../detections/ask-risk.ts';
import { complianceReport, type ComplianceReport } from '../forensics/compliance.ts';
import { auditPage } from './ask-audit.ts';
import { sessionGroups } from './ask-groups.ts';
import { figures } from './ask-figures.ts';
import { sessionsMatching, type Matching } from './ask-matching.ts';
import { entityView } from '../people/ask-entity.ts';
import { peoplePage } from '../people/ask-people.ts';
import { personView } from '../people/ask-person.ts';
import type { MapChanges } from '#shared/ipc/watch-views.ts';
import { sessionsListed, sessionsUnlisted } from './listings.ts';
import { mapChanges, mapTravel, timeline, type MapQuestion } from './ask-watch.ts';
import { sessionDetail, sessionsById, sessionsPage } from './ask-sessions.ts';
import { simulateHistory } from '../rules/simulate-history.ts';
import { simulateLive } from '../rules/simulate-live.ts';
import type { LiveSimulation } from '#shared/ipc/rules-views.ts';
import type { ReadableDb } from './database.ts';
import type { Question } from './question.ts';
import type { QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import { queryCount, queryHistogram, querySightings } from './search/ask-figures.ts';
import { queryAt, queryAudit, queryDifference, querySessions } from './search/ask-pages.ts';
import { queryPeople, queryTop } from './search/ask-top.ts';
import { queryValues } from './search/ask-values.ts';
import { sessionsBegan } from './search/session-bars.ts';

type Methods = typeof ENGINE_METHODS;
type Asked<Name extends keyof Methods> = {
  readonly request: ParsedOf<Methods[Name]>;
  readonly reply: ReplyOf<Methods[Name]>;
};

type SearchQuestions = { readonly [Name in keyof typeof QUERY_METHODS]: Asked<Name> };

/** What the reader can be asked. */
export interface Questions extends SearchQuestions {
  readonly 'sessions.page': Asked<'sessions.page'>;
  readonly 'sessions.listed': Asked<'sessions.listed'>;
  readonly 'sessions.unlisted': Asked<'sessions.unlisted'>;
  readonly 'sessions.groups': Asked<'sessions.groups'>;
  readonly 'sessions.began': Asked<'sessions.began'>;
  readonly 'sessions.get': Asked<'sessions.get'>;
  readonly 'map.changes': { readonly request: MapQuestion; readonly reply: MapChanges };
  readonly 'map.travel': Asked<'map.travel'>;
  readonly timeline: Asked<'timeline'>;
  readonly figures: Asked<'figures'>;
  readonly 'audit.page': Asked<'audit.page'>;
  readonly 'people.page': Asked<'people.page'>;
  readonly 'people.get': Asked<'people.get'>;
  readonly 'entity.get': Asked<'entity.get'>;
  readonly 'detections.backTest': Asked<'detections.backTest'>;
  readonly 'detections.list': Asked<'detections.list'>;
  readonly 'detections.groups': Asked<'detections.groups'>;
  readonly 'detections.get': Asked<'detections.get'>;
  readonly 'detections.figures': Asked<'detections.figures'>;
  readonly 'risk.history': Asked<'risk.history'>;
  readonly 'risk.calibrate': Asked<'risk.calibrate'>;
  readonly 'sessions.byId': {
    readonly request: { readonly connection: ConnectionId; readonly ids: readonly SessionId[] };
    readonly reply: readonly SessionRow[];
  };
  readonly 'rules.live': {
    readonly request: ParsedOf<Methods['rules.simulateLive']>;
    readonly reply: Pick<LiveSimulation, 'at' | 'sessions' | 'effects'>;
  };
  readonly 'rules.history': Asked<'rules.simulateHistory'>;
  readonly 'compliance.report': {
    readonly request: Parameters<typeof complianceReport>[1];
    readonly reply: ComplianceReport;
  };
  readonly 'sessions.matching': {
    readonly request: { readonly filter: z.output<typeof SessionFilter> };
    readonly reply: Matching;
  };
}
export type QuestionName = keyof Questions;

type Answerers = {
  readonly [Name in QuestionName]: (
    db: ReadableDb,
    request: Questions[Name]['request'],
    now: EpochMs,
  ) => Question<Questions[Name]['reply']>;
};

export const ANSWERERS: Answerers = {
  'sessions.page': sessionsPage,
  'sessions.listed': sessionsListed,
  'sessions.unlisted': sessionsUnlisted,
  'sessions.groups': sessionGroups,
  'sessions.began': sessionsBegan,
  'sessions.get': sessionDetail,
  'map.changes': mapChanges,
  'map.travel': mapTravel,
  timeline,
  figures,
  'audit.page': auditPage,
  'people.page': peoplePage,
  'people.get': personView,
  'entity.get': entityView,
  'detections.backTest': backTest,
  'detections.list': detectionList,
  'detections.groups': detectionGroups,
  'detections.get': detectionDetail,
  'detections.figures': detectionFigures,
  'risk.history': riskHistory,
  'risk.calibrate': riskCalibration,
  'sessions.byId': sessionsById,
  'compliance.report': complianceReport,
  'sessions.matching': sessionsMatching,
  'query.sessions': querySessions,
  'query.audit': queryAudit,
  'query.at': queryAt,
  'query.difference': queryDifference,
  'query.count': queryCount,
  'query.histogram': queryHistogram,
  'query.top': queryTop,
  'query.sightings': querySightings,
  'query.people': queryPeople,
  'query.values': queryValues,
  'rules.live': simulateLive,
  'rules.history': simulateHistory,
};
