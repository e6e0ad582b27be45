import { z } from 'zod';

/** Longest id or name on the wire, in characters (protocol: field limits). */
export const MAX_ID_LENGTH = 256;

const id = () => z.string().min(1).max(MAX_ID_LENGTH);

/** HMAC handle of a store's own session identifier; never the identifier itself. */
export const SessionId = id().brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;
/** A store's account. Persons are accounts joined by the console. */
export const AccountId = id().brand<'AccountId'>();
export type AccountId = z.infer<typeof AccountId>;
/** What an agent calls its environment; unique within one agent, not across agents. */
export const EnvironmentId = id().brand<'EnvironmentId'>();
export type EnvironmentId = z.infer<typeof EnvironmentId>;
/** Who holds a token. */
export const OperatorId = id().brand<'OperatorId'>();
export type OperatorId = z.infer<typeof OperatorId>;
export const AgentId = id().brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;
export const EventId = id().brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;
export const CommandId = z.uuid().brand<'CommandId'>();
export type CommandId = z.infer<typeof CommandId>;
export const OperationId = z.uuid().brand<'OperationId'>();
export type OperationId = z.infer<typeof OperationId>;
export const PreviewId = id().brand<'PreviewId'>();
export type PreviewId = z.infer<typeof PreviewId>;
export const RuleId = id().brand<'RuleId'>();
export type RuleId = z.infer<typeof RuleId>;
export const SubscriptionId = id().brand<'SubscriptionId'>();
export type SubscriptionId = z.infer<typeof SubscriptionId>;
/** Names one unbroken numbering of an agent's change log. */
export const Epoch = id().brand<'Epoch'>();
export type Epoch = z.infer<typeof Epoch>;
/** Position in an agent's change log; the first change is 1, 0 means "before the first". */
export const Seq = z.int().min(0).brand<'Seq'>();
export type Seq = z.infer<typeof Seq>;
/** The console's own name for one configured connection; unlike EnvironmentId it is unique in a profile. */
export const ConnectionId = id().brand<'ConnectionId'>();
export type ConnectionId = z.infer<typeof ConnectionId>;
/** The console's own name for one way of notifying somebody. Never equal to a ConnectionId: it has its own prefix. */
export const ChannelId = z
  .string()
  .regex(/^notify-[\w.-]{1,128}$/)
  .brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;
/** The mirror itself, where it is encrypted and its key is kept. No ConnectionId begins so. */
export const MIRROR_OWNER = 'mirror:key' as const;
/** Whose secret it is: a connection's token, a channel's password or signing key, the key of the mirror. */
export const SecretOwner = z.union([z.literal(MIRROR_OWNER), ChannelId, ConnectionId]);
export type SecretOwner = z.infer<typeof SecretOwner>;

/** Brands a number that is known to be a log position. */
export const seq = (value: number): Seq => value as Seq;
