/** Sizes and counts of protocol version 1. docs/protocol.md is checked against this file. */
export const PROTOCOL_VERSION = '1';
export const NAMESPACE = '/ssap';

export const LIMITS = {
  /** Bytes of one message in either direction. */
  messageBytes: 1024 * 1024,
  /** Bytes at which an agent cuts a batch. */
  batchBytes: 256 * 1024,
  id: 256,
  userAgent: 2_048,
  message: 4_096,
  attributes: 32,
  attributeKey: 256,
  attributeValue: 1_024,
  reason: 1_024,
  /** A handshake that takes longer is cut. */
  handshakeMs: 5_000,
  /** A console that leaves something unacknowledged this long is disconnected with SLOW. */
  ackTimeoutMs: 60_000,
  /** Status is sent on change and at least this often. */
  statusEveryMs: 15_000,
  /** At most one session.updated for a session in this time. */
  updateEveryMs: 5_000,
  /** A command is answered within this time, with `running` if it is not finished. */
  answerWithinMs: 5_000,
  previewLivesMs: 10 * 60_000,
  approvalLivesMs: 15 * 60_000,
  unapprovedWindowMs: 10 * 60_000,
  journalKeptMs: 30 * 86_400_000,
  historyCursorLivesMs: 3_600_000,
  /** issuedAt of a command that is not in the journal: at most this old … */
  commandMaxAgeMs: 24 * 3_600_000,
  /** … and at most this far ahead. */
  commandMaxAheadMs: 5 * 60_000,
  /** After a snapshot starts, the log is kept for that console until it caught up once, this long at most. */
  snapshotGraceMs: 15 * 60_000,
  failedShown: 100,
  outsideShown: 100,
  progressPerSecond: 5,
  /** When an agent looks again after a command, besides after the store's longest request. */
  proofAfterMs: [5_000, 60_000],
} as const;

/** Values an agent announces in `hello.limits` when its configuration says nothing else. */
export const DEFAULT_HELLO_LIMITS = {
  batch: 500,
  inFlight: 4,
  targets: 5_000,
  unapproved: 25,
  historyPage: 1_000,
} as const;
