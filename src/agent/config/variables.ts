const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\$/g;

/**
 * Replaces `${NAME}` by the environment variable in every text of a configuration; `$$` is a dollar sign.
 * @param missing told where a variable is not set; throws, or says what to take in its place
 */
export function expandVariables(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  missing: (keys: readonly PropertyKey[], problem: string) => string,
  keys: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(VARIABLE, (text, name: string | undefined) => {
      if (name === undefined) return '$';
      return (
        env[name] ??
        missing(
          keys,
          `the environment variable ${name} is not set; set it before the agent starts (${text}).`,
        )
      );
    });
  }
  if (Array.isArray(value))
    return value.map((item: unknown, index) => expandVariables(item, env, missing, [...keys, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expandVariables(item, env, missing, [...keys, key])]),
  );
}
