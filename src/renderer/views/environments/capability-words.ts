/** What a capability means for the person at the console, in the order in which it matters. */
const WORDS: readonly (readonly [string, string])[] = [
  ['session.openedAt', 'knows when a session began'],
  ['session.lastSeenAt', 'knows last activity'],
  ['session.ip.last', 'last address'],
  ['session.ip.opened', 'address at sign-in'],
  ['session.userAgent.last', 'last browser'],
  ['session.userAgent.opened', 'browser at sign-in'],
  ['account.roles', 'roles'],
  ['audit.login', 'sign-ins'],
  ['audit.loginFailed', 'failed sign-ins'],
  ['audit.logout', 'sign-outs'],
  ['audit.credential', 'password changes'],
  ['audit.activity', 'activity'],
  ['audit.history', 'the past'],
  ['revoke.session', 'end a session'],
  ['revoke.account', 'sign a person out'],
  ['revoke.all', 'sign everyone out'],
  ['hold', 'hold'],
  ['account.block', 'block an account'],
  ['rules', 'rules'],
  ['journal', 'journal'],
  ['command.targets', 'receipts session by session'],
  ['command.keepOwn', 'keep your own sessions'],
];

/** Each known capability, there or not, and those this version does not know. */
export function capabilityWords(
  capabilities: readonly string[],
): readonly { readonly word: string; readonly has: boolean }[] {
  const has = new Set(capabilities);
  const known = new Set(WORDS.map(([name]) => name));
  return [
    ...WORDS.map(([name, word]) => ({ word, has: has.has(name) })),
    ...capabilities
      .filter(
        (name) => !known.has(name) && !['session.expiresAt', 'posture', 'sessions.clientSide'].includes(name),
      )
      .map((word) => ({ word, has: true })),
  ];
}
