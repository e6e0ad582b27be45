/**
 * @typedef {object} Cruise the part of dependency-cruiser's JSON report that is used
 * @property {{ source: string, dependencies: { resolved: string }[] }[]} modules
 * @property {{ violations: { from: string, to: string, rule: { name: string, severity: string }, cycle?: { name: string }[] }[] }} summary
 */

/**
 * Reads the report and doubts it: a cruiser that cannot parse TypeScript finds no imports and so nothing wrong.
 * @param {Cruise} cruise
 * @param {readonly string[]} files that it must have seen
 * @param {Record<string, string>} reasons rule name to explanation
 * @returns {string[]} problems
 */
export function boundaryProblems(cruise, files, reasons) {
  const seen = new Set(cruise.modules.map((module) => module.source));
  const problems = files
    .filter((file) => !seen.has(file))
    .map((file) => `${file} was not looked at by dependency-cruiser.`);
  const edges = cruise.modules
    .filter((module) => module.source.startsWith('src/'))
    .flatMap((module) => module.dependencies.filter((to) => to.resolved.startsWith('src/')));
  // A project of n connected modules has at least about n edges; far fewer means that imports were not understood.
  if (edges.length < files.length / 2) {
    problems.push(
      `dependency-cruiser saw only ${edges.length} imports in ${files.length} modules: it did not read them.`,
    );
  }
  for (const { from, to, rule, cycle } of cruise.summary.violations) {
    const way = cycle ? [from, ...cycle.map((step) => step.name)].join(' → ') : `${from} → ${to}`;
    problems.push(`${rule.name}: ${way}\n    ${reasons[rule.name] ?? ''}`);
  }
  return problems;
}
