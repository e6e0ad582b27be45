/** What each scope of a token lets its operator do, in the order in which it matters. */
const WORDS: Readonly<Record<string, string>> = {
  'sessions:own': 'see and end its own sessions',
  'sessions:read': 'see sessions',
  'audit:read': 'see events',
  'sessions:revoke': 'end sessions',
  'sessions:revoke-all': 'end everyone’s',
  'rules:read': 'see rules',
  'rules:write': 'publish rules',
  'commands:approve': 'approve',
};
const ORDER = Object.keys(WORDS);

/** Scopes as words, the most harmless first; those that this version does not know as they are called. */
export const scopeWords = (scopes: readonly string[]): readonly string[] => [
  ...ORDER.filter((scope) => scopes.includes(scope)).map((scope) => WORDS[scope] ?? scope),
  ...scopes.filter((scope) => !ORDER.includes(scope)),
];
