/** A message did not get through; the text says why, in words for the person. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** How long the receiver asks to wait, ms; null when it does not say. */
  readonly waitMs: number | null;
  constructor(message: string, waitMs: number | null = null) {
    super(message);
    this.waitMs = waitMs;
  }
}
