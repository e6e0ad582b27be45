import type { PostureFacts } from '../posture/session-posture.ts';
import type { DjangoConfig } from './config.ts';

/** How Django 3.2 and later behaves, seen on running applications. */
export const djangoPosture = ({ saveTimeMeans }: DjangoConfig): PostureFacts => ({
  identifier: ({ key }) => key,
  renewal: { status: 'pass', observed: 'Django gives a new identifier at sign-in' },
  password: {
    status: 'pass',
    observed: 'a new password makes the other sessions invalid at their next use; their rows stay',
  },
  from: 'the last save',
  since: ({ attributes }) => {
    const at = Date.parse(attributes?.['savedAt'] ?? '');
    return Number.isNaN(at) ? null : at;
  },
  sliding: saveTimeMeans === 'unknown' ? null : saveTimeMeans === 'last-visit',
  source: 'Django 3.2 and later',
});
