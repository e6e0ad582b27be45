import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { ApprovalView } from '#shared/ipc/respond-views.ts';
import type { DetectionNews, DetectionRow } from '#shared/ipc/detections-views.ts';
import type { AuditRow, EngineEvent, EnvironmentView, OperationView } from '#shared/ipc/views.ts';

/** Between two events to windows: ten a second at most. */
const EVERY_MS = 100;
const NEWEST_AUDIT = 50;
const NEWEST_DETECTIONS = 20;

export interface EventHub {
  environments(): void;
  sessions(): void;
  /** `count` new events, the latest of them last. */
  audit(count: number, rows: readonly AuditRow[]): void;
  operation(id: string): void;
  /** Something came to wait for a second operator, or waits no more. */
  approvals(): void;
  /** Detections changed; `fresh` are the keys of those that are new and heard. */
  detections(fresh: readonly number[]): void;
  /** An agent's rules or what they did changed, or what is written and not published here. */
  rules(what: 'published' | 'drafts'): void;
  problems(): void;
  on(listener: (event: EngineEvent) => void): Dispose;
  stop(): void;
}

/** Collects what changed and tells it together, at most ten times a second; what is asked is read when it is told. */
export function createEventHub(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly environments: () => readonly EnvironmentView[];
  readonly live: () => number;
  readonly operations: (ids: readonly string[]) => readonly OperationView[];
  readonly approvals: () => readonly ApprovalView[];
  readonly openDetections: () => DetectionNews['open'];
  readonly detectionRows: (keys: readonly number[]) => readonly DetectionRow[];
  readonly problems: () => readonly Problem[];
}): EventHub {
  const listeners = new Set<(event: EngineEvent) => void>();
  let timer: NodeJS.Timeout | null = null;
  let last = 0;
  let revision = 0;
  let dirty = { environments: false, sessions: false, problems: false, approvals: false };
  let operations = new Set<string>();
  let audit: AuditRow[] = [];
  let audits = 0;
  let findings: { readonly revision: number; readonly fresh: readonly number[] } | null = null;
  let findingsRevision = 0;
  let rules = { published: 0, drafts: 0 };
  let rulesMoved = false;

  const flush = (): void => {
    timer = null;
    last = performance.now();
    const now = dirty;
    dirty = { environments: false, sessions: false, problems: false, approvals: false };
    const changed = [...operations];
    operations = new Set();
    const newest = audit;
    const count = audits;
    audit = [];
    audits = 0;
    const found = findings;
    findings = null;
    const moved = rulesMoved;
    rulesMoved = false;
    if (listeners.size === 0) return;
    const event: EngineEvent = {
      at: options.clock(),
      environments: now.environments ? options.environments() : undefined,
      sessions: now.sessions ? { revision, live: options.live() } : undefined,
      audit: count > 0 ? { count, newest } : undefined,
      operations: changed.length > 0 ? options.operations(changed) : undefined,
      approvals: now.approvals ? options.approvals() : undefined,
      detections:
        found === null
          ? undefined
          : {
              revision: found.revision,
              open: options.openDetections(),
              newest: options.detectionRows(found.fresh),
            },
      rules: moved ? rules : undefined,
      problems: now.problems ? options.problems() : undefined,
    };
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        options.log.error('a listener failed', { error: String(error) });
      }
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(flush, Math.max(0, EVERY_MS - (performance.now() - last)));
  };

  return {
    environments: () => {
      dirty.environments = true;
      soon();
    },
    sessions: () => {
      revision += 1;
      dirty.sessions = true;
      soon();
    },
    audit: (count, rows) => {
      if (count === 0) return;
      audits += count;
      audit = [...rows.slice(-NEWEST_AUDIT).toReversed(), ...audit].slice(0, NEWEST_AUDIT);
      soon();
    },
    operation: (id) => {
      operations.add(id);
      soon();
    },
    approvals: () => {
      dirty.approvals = true;
      soon();
    },
    detections: (fresh) => {
      findingsRevision += 1;
      const newest = [...fresh.toReversed(), ...(findings?.fresh ?? [])].slice(0, NEWEST_DETECTIONS);
      findings = { revision: findingsRevision, fresh: newest };
      soon();
    },
    rules: (what) => {
      rules = { ...rules, [what]: rules[what] + 1 };
      rulesMoved = true;
      soon();
    },
    problems: () => {
      dirty.problems = true;
      soon();
    },
    on: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      listeners.clear();
    },
  };
}
