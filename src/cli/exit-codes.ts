/** Exit codes of the command line. */
export const EXIT = {
  ok: 0,
  /** Something did not work: a damaged database, an agent that refuses. */
  failed: 1,
  /** Asked wrongly: an unknown option, a file that is not there or not what it should be. */
  usage: 2,
  /** Another engine works on the profile. */
  inUse: 3,
} as const;
