/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @type {Readonly<Tally>} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/** @param {readonly Tally[]} parts @returns {Tally} */
export function sum(parts) {
  return parts.reduce(
    (all, part) => ({
      passed: all.passed + part.passed,
      failed: all.failed + part.failed,
      skipped: all.skipped + part.skipped,
    }),
    NOTHING,
  );
}

/** @param {unknown} value */
const count = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/**
 * Counts of vitest's JSON report. A file that could not even be loaded holds no test but is a failure.
 * @param {Record<string, unknown>} report
 * @returns {Tally}
 */
export function vitestTally(report) {
  const files = /** @type {{ status: string, assertionResults: unknown[] }[]} */ (
    report['testResults'] ?? []
  );
  const unloaded = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return {
    passed: count(report['numPassedTests']),
    failed: count(report['numFailedTests']) + unloaded,
    skipped: count(report['numPendingTests']) + count(report['numTodoTests']),
  };
}

/**
 * Counts of Playwright's JSON report. Errors outside any test (a file that does not load) count as failures.
 * @param {Record<string, unknown>} report
 * @returns {Tally}
 */
export function playwrightTally(report) {
  const stats = /** @type {Record<string, unknown>} */ (report['stats'] ?? {});
  const errors = /** @type {unknown[]} */ (report['errors'] ?? []);
  return {
    passed: count(stats['expected']),
    failed: count(stats['unexpected']) + count(stats['flaky']) + errors.length,
    skipped: count(stats['skipped']),
  };
}

/** @param {Tally} tally @returns {string} the closing line of a run */
export function closingLine({ passed, failed, skipped }) {
  return `tests: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}
