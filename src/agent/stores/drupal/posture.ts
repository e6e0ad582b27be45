import type { PostureFacts } from '../posture/session-posture.ts';

/** How Drupal 9 to 11 behaves, seen on running sites. */
export const DRUPAL_POSTURE: PostureFacts = {
  identifier: {
    status: 'pass',
    observed: 'the table holds hashes; Drupal makes identifiers of 32 random bytes (256 bits)',
  },
  renewal: { status: 'pass', observed: 'Drupal gives a new identifier at sign-in' },
  password: {
    status: 'warn',
    observed: 'a password changed in the browser ends all other sessions; one changed with drush ends none',
    advice: 'After a change on the command line, end the account’s sessions here.',
  },
  from: 'the last write',
  since: ({ last }) => last.at,
  sliding: true,
  source: 'Drupal 9 to 11',
};
