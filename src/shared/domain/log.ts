/** Structured log: a message in plain words and facts beside it. Never a token, never a store's own session identifier. */
export interface Log {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
/** Undoes a subscription; calling it twice is harmless. */
export type Dispose = () => void;
