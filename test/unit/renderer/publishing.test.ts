import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import { newRuleId } from '#shared/domain/plain-ids.ts';
import type { FrameToEngine } from '#shared/ipc/contract.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { RULE_TEMPLATES } from '#shared/rules/templates.ts';
import { engine } from '#renderer/bridge/engine.ts';
import { changeRule, publishRules, replaceRules, useRules } from '#renderer/store/rules-store.ts';

const shop = ConnectionId.parse('3a0d3f0e-4c69-4f4e-9a73-0d5b5f1d8a01');

/** The engine's end of the window's port. */
let port: MessagePort;

beforeEach(() => {
  vi.stubGlobal('window', globalThis);
  const channel = new MessageChannel();
  port = channel.port2;
  engine.attach(channel.port1);
});
afterEach(() => {
  engine.detach();
  vi.unstubAllGlobals();
});

const asked = (): Promise<FrameToEngine> =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data as FrameToEngine);
  });
const ruleNamed = (name: string): Rule => {
  const made = RULE_TEMPLATES[0]?.make(newRuleId('7c6f0f0e-4c69-4f4e-9a73-0d5b5f1d8a02'), 'UTC');
  if (made === undefined) throw new Error('no template');
  return { ...made, name };
};
const written = (): string | undefined => useRules.getState().drafts.get(shop)?.rules[0]?.name;

/** Publishes what is written, does something before the answer is there, and lets it come. */
async function published(is: 'published' | 'refused', meanwhile: () => void): Promise<void> {
  const rules = useRules.getState().drafts.get(shop)?.rules ?? [];
  const frame = asked();
  const answer = publishRules([{ connection: shop, rules, ifVersion: 0 }]);
  const question = await frame;
  if (question.type !== 'call') throw new Error('not a call');
  meanwhile();
  const value = [{ connection: shop, is, ...(is === 'published' ? { version: 1 } : {}) }];
  port.postMessage({ type: 'reply', id: question.id, value });
  await answer;
}

test('what is published is no draft any more', async () => {
  replaceRules({ connection: shop, rules: [], basedOn: 0 }, [ruleNamed('one')]);
  await published('published', () => undefined);
  expect(written()).toBeUndefined();
});

test('what is written between a publication and its answer stays', async () => {
  replaceRules({ connection: shop, rules: [], basedOn: 0 }, [ruleNamed('one')]);
  await published('published', () =>
    changeRule({ connection: shop, rules: [ruleNamed('one')], basedOn: 1 }, ruleNamed('two')),
  );
  expect(written()).toBe('two');
  expect(useRules.getState().drafts.get(shop)?.basedOn).toBe(1);
});

test('what is refused is a draft still, as it was written last', async () => {
  replaceRules({ connection: shop, rules: [], basedOn: 0 }, [ruleNamed('one')]);
  await published('refused', () =>
    changeRule({ connection: shop, rules: [ruleNamed('one')], basedOn: 0 }, ruleNamed('two')),
  );
  expect(written()).toBe('two');
});
