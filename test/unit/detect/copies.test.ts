import { expect, test } from 'vitest';
import {
  cloneAddressState,
  createAddressFailures,
  createAddressState,
} from '#engine/detect/address-state.ts';
import { cloneEnvironmentState, createEnvironmentState } from '#engine/detect/environment-fold.ts';
import { copyEvent, createPreparer } from '#engine/detect/prepare.ts';
import { cloneSessionState, createSessionState } from '#engine/detect/session-state.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import { cloneUserState, createUserState } from '#engine/detect/user-state.ts';

/** Names of the parts of a value and of what is in it, in their order: objects with others are of another shape. */
const shapeOf = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map
    ? null
    : Object.entries(value).map(([name, part]) => [name, shapeOf(part)]);

test('copies of memories are equal to what they are made of, and of the same shape', () => {
  const user = createUserState();
  user.profile.hours = new Array<number>(24).fill(1);
  user.failures.ts.push(1);
  user.live.clear();
  const address = { ...createAddressState(), failures: createAddressFailures() };
  address.failures.log.ts.push(1);
  const session = { ...createSessionState(), user: 'anna', firstAt: 1, firstId: 'e1' };
  const environment = createEnvironmentState();
  environment.span.perUser.set('anna', 1);
  for (const [state, copy] of [
    [user, cloneUserState(user)],
    [address, cloneAddressState(address)],
    [session, cloneSessionState(session)],
    [environment, cloneEnvironmentState(environment)],
  ] as const) {
    expect(copy).not.toBe(state);
    expect(copy).toEqual(state);
    expect(shapeOf(copy)).toEqual(shapeOf(state));
  }
});

test('what happens later does not reach a copy', () => {
  const address = { ...createAddressState(), failures: createAddressFailures() };
  const copy = cloneAddressState(address);
  address.failures.log.id.push('e1');
  address.failures.spans.password_spray.perUser.set('anna', 1);
  address.failures.spans.credential_stuffing.histogram[1] = 1;
  address.failures.retries.set('e1', 1);
  expect(copy.failures).toEqual(createAddressFailures());
});

test('an event of somebody is the event with another person, in the order of all events', () => {
  const prepare = createPreparer(parseSettings(undefined), 'default');
  const event = prepare({ id: 'e1', ts: 1, type: 'session-closed', session: 's1', reason: 'logout' }, false);
  expect(copyEvent(event, 'anna')).toEqual({ ...event, user: 'anna' });
  expect(Object.keys(copyEvent(event, 'anna'))).toEqual(Object.keys(event));
  expect(copyEvent(event)).toEqual(event);
});
