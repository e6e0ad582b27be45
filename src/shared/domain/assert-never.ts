/** Ends an exhaustive switch: a new member of the union becomes a type error here, and a loud error at run time. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
