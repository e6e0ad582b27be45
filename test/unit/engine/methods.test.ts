import { expect, test } from 'vitest';
import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { MAIN_METHODS } from '#shared/ipc/main-contract.ts';

const METHODS = Object.entries({ ...ENGINE_METHODS, ...MAIN_METHODS });

test.each(METHODS)(
  'the schema of %s can be built, is built once, and refuses what is no request',
  (_, method) => {
    const { request } = method;
    expect(method.request).toBe(request);
    expect(request.safeParse('no request').success).toBe(false);
    expect(request.safeParse({ 'not a member': 1 }).success).toBe(false);
  },
);
