import type { Clock } from '#shared/domain/units.ts';
import { DAY, epochMs, MINUTE, SECOND } from '#shared/domain/units.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { seq } from '#shared/domain/ids.ts';
import type { AgentState } from './state/state.ts';

export interface LogBounds {
  readonly maxAgeDays: number;
  readonly maxRows: number;
  readonly historyDays: number;
}
export interface MaintenanceOptions {
  readonly state: AgentState;
  readonly bounds: LogBounds;
  readonly clock: Clock;
  readonly log: Log;
  readonly keepAfter: () => number | null;
  readonly afterTrim: () => void;
  readonly tick: () => void;
}
export interface Maintenance {
  /** Trims the change log now. */
  trim(): void;
  stop: Dispose;
}

const STAMP_EVERY_MS = 10 * SECOND;
const TRIM_EVERY_MS = 5 * SECOND;
const CLEAN_EVERY_MS = 10 * MINUTE;

/** Keeps the agent's own files within their bounds. */
export function startMaintenance(options: MaintenanceOptions): Maintenance {
  const { state, bounds, clock, log } = options;
  let stampedHead = state.log.head();
  const trim = () => {
    const removed = state.log.trim({
      before: epochMs(Math.max(0, clock() - bounds.maxAgeDays * DAY)),
      maxRows: bounds.maxRows,
      keepAfter: seq(options.keepAfter() ?? Number.MAX_SAFE_INTEGER),
    });
    if (removed > 0) options.afterTrim();
  };
  const clean = () => {
    state.audit.trim(epochMs(Math.max(0, clock() - bounds.historyDays * DAY)));
    state.journal.trim(epochMs(Math.max(0, clock() - LIMITS.journalKeptMs)));
    state.previews.trim();
    state.ruleActs.trim();
    state.told.trim(epochMs(Math.max(0, clock() - DAY)));
  };
  const every = (ms: number, what: string, work: () => void) => {
    const timer = setInterval(() => {
      try {
        work();
      } catch (error) {
        log.error(`${what} failed`, { error: String(error) });
      }
    }, ms);
    return () => clearInterval(timer);
  };
  const stops = [
    every(SECOND, 'the tick of commands', options.tick),
    every(TRIM_EVERY_MS, 'trimming the log', trim),
    every(CLEAN_EVERY_MS, 'cleaning up', clean),
    every(STAMP_EVERY_MS, 'stamping the log', () => {
      const head = state.log.head();
      if (head === stampedHead) return;
      stampedHead = head;
      state.epoch.stamp();
    }),
  ];
  return {
    trim,
    stop() {
      for (const stop of stops) stop();
    },
  };
}
