import type { PostureFacts } from '../posture/session-posture.ts';

/** How Laravel 8 to 13 behaves, seen on running applications. */
export const LARAVEL_POSTURE: PostureFacts = {
  identifier: ({ key }) => key,
  renewal: {
    status: 'unknown',
    observed: 'the starter kits give a new identifier at sign-in; an application of its own has to do it',
    advice: 'Call $request->session()->regenerate() after signing in.',
  },
  password: {
    status: 'unknown',
    observed:
      'other sessions end only with the middleware AuthenticateSession, which the store does not show',
    advice: 'Use the middleware AuthenticateSession (auth.session) on every route that needs a sign-in.',
  },
  from: 'the last request',
  since: ({ last }) => last.at,
  sliding: true,
  source: 'Laravel 8 to 13',
};
