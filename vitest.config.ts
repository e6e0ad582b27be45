import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of functions and of stores in a file of their own: nothing of one can be seen from another. */
const PURE = 'test/unit/{agent,demo,detect,engine,geo,protocol,query,rules,sigma,stores}/**/*.test.ts';

/** Those that take longest, by a run on two cores: begun last, one of them would keep a core waiting for the other. */
const LONG = [
  'conformance/stores/whole-agent',
  'faults/kill',
  'faults/mass-sign-out-kills',
  'integration/agent/program',
  'faults/mass-sign-out',
  'conformance/stores/express',
  'integration/engine/command-line',
  'faults/command-frames',
  'conformance/stores/django',
  'integration/engine/countersigning',
  'faults/rules-kill',
  'conformance/stores/every-rule',
  'conformance/stores/drupal',
  'conformance/stores/laravel',
  'conformance/stores/wordpress',
  'unit/engine/ingest/idempotency',
  'unit/stores/parser-bounds',
  'unit/detect/order',
  'unit/detect/precision',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    const sorted = await super.sort(files);
    // Project by project: a process is kept only for the next file of the same one.
    return sorted.sort((a, b) => a.project.name.localeCompare(b.project.name) || place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/run-folder.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // More than the slowest need when every core is busy: what is too slow is for the benches to say.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', PURE],
        },
      },
      {
        extends: true,
        test: {
          name: 'pure',
          include: [PURE],
          // A process for each would load the same modules again and again.
          isolate: false,
        },
      },
    ],
  },
});
