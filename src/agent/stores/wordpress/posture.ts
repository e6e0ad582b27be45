import type { PostureFacts } from '../posture/session-posture.ts';

/** How WordPress 6 behaves, seen on running sites. */
export const WORDPRESS_POSTURE: PostureFacts = {
  identifier: {
    status: 'pass',
    observed: 'the table holds hashes; WordPress makes tokens of 43 random letters and digits (256 bits)',
  },
  renewal: { status: 'pass', observed: 'WordPress makes a new token at every sign-in' },
  password: {
    status: 'pass',
    observed: 'a new password makes every other cookie invalid; application passwords live on',
    advice: 'Revoke application passwords as well when an account was taken over.',
  },
  from: 'the sign-in',
  since: ({ opened }) => opened.at,
  sliding: false,
  source: 'WordPress 6',
};
