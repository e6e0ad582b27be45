import { checkAgentUrl } from '#shared/protocol/connection-file.ts';
import { Hello } from '#shared/protocol/handshake.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { Check, CheckContext, ConformanceOptions } from './check.ts';
import { conforms, NotApplicable } from './check.ts';
import { COMMAND_CHECKS } from './command-checks.ts';
import { HANDSHAKE_CHECKS } from './handshake-checks.ts';
import type { Probe } from './probe.ts';
import { connect, handshake, RefusedConnection } from './probe.ts';
import { STREAM_CHECKS } from './stream-checks.ts';

const CHECKS: readonly Check[] = [...HANDSHAKE_CHECKS, ...STREAM_CHECKS, ...COMMAND_CHECKS];

/** Tests an agent; prints a line for each check and a summary. True when nothing failed. */
export async function runConformance(
  options: ConformanceOptions,
  print: (line: string) => void,
): Promise<boolean> {
  const url = checkAgentUrl(options.url);
  if (!url.ok) throw new UsageError(url.message);
  const target = { ...options, url: url.url };
  const trouble = await unreachable(target);
  if (trouble !== null) {
    print(`FAIL  ${trouble}`);
    return false;
  }
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const check of CHECKS) {
    const problem = await runCheck(check, target);
    if (problem === null) {
      passed += 1;
      print(`pass  ${check.name}`);
    } else if (problem instanceof NotApplicable) {
      skipped += 1;
      print(`skip  ${check.name}: ${problem.message}`);
    } else {
      failed += 1;
      print(`FAIL  ${check.name}: ${problem.message}`);
    }
  }
  print(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} not applicable.`);
  return failed === 0;
}

/** Why nothing can be tested at all: said once, and before wrong tokens are tried again and again. */
async function unreachable({ url, token }: ConformanceOptions): Promise<string | null> {
  try {
    (await connect(handshake(url, token))).close();
    return null;
  } catch (error) {
    if (!(error instanceof RefusedConnection)) throw error;
    const { code, message } = error.refusal;
    if (code === null)
      return `No agent answers at ${url} (${message}): start it, or correct --url. Nothing was tested.`;
    const advice =
      code === 'UNAUTHENTICATED' ? ' Make a token with “watchfloor-agent token create --scopes …”.' : '';
    return `The agent at ${url} does not let this token in: ${message} (${code})${advice} Nothing was tested.`;
  }
}

async function runCheck(check: Check, options: ConformanceOptions): Promise<Error | null> {
  const open: Probe[] = [];
  const another = async () => {
    const probe = await connect(handshake(options.url, options.token));
    open.push(probe);
    return probe;
  };
  try {
    const probe = await another();
    const { payload } = await probe.wait(({ event }) => event === 'hello', 'hello');
    const context: CheckContext = { options, probe, hello: conforms(Hello, payload, 'hello'), another };
    await check.run(context);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    for (const probe of open) probe.close();
  }
}
