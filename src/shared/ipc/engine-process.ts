import { z } from 'zod';
import { Severity } from '../domain/detection.ts';
import { SecretOwner } from '../domain/ids.ts';

/**
 * Messages between main and the engine's utility process (`process.parentPort`). Main is the engine's parent and the
 * engine its own child, yet both sides parse: a half-upgraded installation must fail with words, not with undefined.
 */

const token = z.string().min(1).max(1_024);
const path = z.string().min(1).max(4_096);
/** What an encrypted mirror is opened with, as the engine made it of the passphrase. */
const mirrorKey = z.string().regex(/^[0-9a-f]{64}$/);

/** How main keeps tokens: in the system's keychain, or in memory until the program ends. */
const SecretKeeping = z.enum(['keychain', 'this-run']);
export type SecretKeeping = z.infer<typeof SecretKeeping>;

export const Secrets = z.strictObject({
  /** By connection or channel. */
  tokens: z.record(z.string().max(256), token),
  kept: SecretKeeping,
});
export type Secrets = z.infer<typeof Secrets>;

/** A demo agent that main has started. Matched with its connection by `key`, so that it survives restarts. */
export const DemoEnvironment = z.strictObject({
  key: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(256),
  url: z.string().min(1).max(2_048),
  token,
  colour: z.int().min(0).max(31),
});
export type DemoEnvironment = z.infer<typeof DemoEnvironment>;

export const MessageToEngine = z.discriminatedUnion('type', [
  /** The first message, once. Nothing is opened before it. */
  z.strictObject({
    type: z.literal('start'),
    /** Folder of the profile; mirror.db and the lock live in it. */
    profile: path,
    /** Version of the program, for the handshake and for About. */
    version: z.string().min(1).max(64),
    /** Folder with the geo data (`resources/geo` in a checkout); absent: beside the program. */
    geoData: path.optional(),
    /** The operator's own `.mmdb` beside the bundled data. */
    secondOpinion: path.optional(),
    secrets: Secrets,
    /** Of an encrypted mirror, where it is known from this run or kept in the keychain. */
    mirrorKey: mirrorKey.optional(),
    /** What the operator calls themselves; sent with commands as `claim.name`. */
    operatorName: z.string().max(256).optional(),
    /** The system's name for who runs this. */
    systemUser: z.string().max(256).optional(),
  }),
  /** Comes with one transferred MessagePort: a window's. All methods may be called over it except these. */
  z.strictObject({ type: z.literal('port'), except: z.array(z.string().max(64)).max(256) }),
  /** Replaces what is known of tokens: the keychain was unlocked later, or a token was changed elsewhere. */
  z.strictObject({ type: z.literal('secrets'), ...Secrets.shape }),
  /** Adds or updates the connections to demo agents; those not named are left as they are. */
  z.strictObject({ type: z.literal('demo'), environments: z.array(DemoEnvironment).max(32) }),
  /** Somebody entered the passphrase of the mirror. */
  z.strictObject({ type: z.literal('unlock'), passphrase: z.string().min(1).max(1_024) }),
  z.strictObject({ type: z.literal('operator'), name: z.string().max(256) }),
  /** The operator did something that main carries out (settings): into the journal with it. */
  z.strictObject({
    type: z.literal('acted'),
    action: z.string().min(1).max(64),
    details: z.record(z.string(), z.json()),
  }),
  /** The machine woke up: sockets may be dead without knowing it, so connect again now. */
  z.strictObject({ type: z.literal('resume') }),
  /** Comes with one transferred MessagePort: to the reader process that was asked for under this number. */
  z.strictObject({ type: z.literal('reader'), id: z.int() }),
  z.strictObject({ type: z.literal('reader.ended'), id: z.int() }),
  /** The system's rule for an address that was asked for, as browsers write it; null: it could not be found out. */
  z.strictObject({ type: z.literal('proxy.rule'), id: z.int(), rule: z.string().max(4_096).nullable() }),
  /** Finish the transaction under way, close, exit with 0. */
  z.strictObject({ type: z.literal('stop') }),
]);
export type MessageToEngine = z.infer<typeof MessageToEngine>;

/** What a notification says of a detection. */
export const DetectionAlert = z.strictObject({
  connection: z.string().max(256),
  environment: z.string().max(256),
  id: z.string().max(256),
  severity: Severity,
  title: z.string().max(512),
  about: z.string().max(1_024),
});
export type DetectionAlert = z.infer<typeof DetectionAlert>;

const ProblemShape = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().optional(),
});

export const MessageToMain = z.discriminatedUnion('type', [
  /** The process has loaded and waits for `start`. */
  z.strictObject({ type: z.literal('loaded') }),
  /** The mirror is open (perhaps read-only) and ports are served. */
  z.strictObject({ type: z.literal('ready') }),
  /** The mirror is encrypted: the engine waits for its passphrase. With what is wrong with the one that was given. */
  z.strictObject({ type: z.literal('locked'), problem: ProblemShape.nullable() }),
  /** It was unlocked, by a passphrase or by the key that main had. */
  z.strictObject({ type: z.literal('unlocked'), key: mirrorKey }),
  /** The engine cannot work on this profile; it exits after this. Starting it again does not help. */
  z.strictObject({ type: z.literal('fatal'), problem: ProblemShape }),
  z.strictObject({ type: z.literal('secret.put'), owner: SecretOwner, token }),
  z.strictObject({ type: z.literal('secret.delete'), owner: SecretOwner }),
  /** How many detections are open, and those that are new: for the icon and for notifications. */
  z.strictObject({
    type: z.literal('detections'),
    open: z.int().min(0),
    newest: z.array(DetectionAlert).max(50),
  }),
  /** Only main knows the system's proxies. */
  z.strictObject({ type: z.literal('proxy.ask'), id: z.int(), url: z.string().max(2_048) }),
  /** Only main can start processes: a reader, for questions that can be stopped in the middle of a statement. */
  z.strictObject({ type: z.literal('reader.start'), id: z.int() }),
  z.strictObject({ type: z.literal('reader.kill'), id: z.int() }),
]);
export type MessageToMain = z.infer<typeof MessageToMain>;
