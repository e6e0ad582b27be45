import type { PostureFacts } from '../posture/session-posture.ts';
import type { ExpressConfig } from './config.ts';

/** How express-session behaves; the rest is the application's own. */
export const expressPosture = ({ touch }: ExpressConfig): PostureFacts => ({
  identifier: ({ key }) => key,
  renewal: {
    status: 'unknown',
    observed: 'passport gives a new identifier at sign-in since 0.6; otherwise the application has to do it',
    advice: 'Call req.session.regenerate() when somebody signs in.',
  },
  password: {
    status: 'unknown',
    observed: 'express-session knows no passwords: the application has to end sessions itself',
    advice: 'When a password changes, end the account’s other sessions, here or in the application.',
  },
  from: 'the last visit',
  since: ({ last }) => last.at,
  sliding: touch,
  source: 'express-session',
});
