import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { DemoEnvironment, Secrets } from '#shared/ipc/engine-process.ts';
import type { EngineAbout, EngineEvent } from '#shared/ipc/views.ts';
import type { OpenedGeo } from '#geo/open.ts';
import type { SystemProxy } from './connections/find-proxy.ts';
import type { IngestHook } from './ingest/hooks.ts';
import { isEncrypted } from './mirror/encryption/locked.ts';
import { mirrorFile } from './mirror/mirror-file.ts';
import type { SpawnReader } from './mirror/reader-frames.ts';
import type { RunnerTimes } from './respond/runner.ts';
import type { OperatorAction } from './journal/journal.ts';
import type { SecretVault } from './secrets.ts';

export interface EngineOptions {
  readonly profile: string;
  readonly vault: SecretVault;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly geo: OpenedGeo;
  readonly version: string;
  /** Starts a reader process; absent: a child of this one. */
  readonly spawnReader?: SpawnReader;
  /** Which proxy the system has for an address; absent: it has none. */
  readonly systemProxy?: SystemProxy;
  /** What the operator calls themselves. */
  readonly operatorName?: string;
  /** The system's name for who runs this; goes into the journal. */
  readonly systemUser?: string;
  /** Other lengths of time than usual, for tests. */
  readonly respondTimes?: Partial<RunnerTimes> | undefined;
  /** False: nothing is evaluated; to measure what writing alone costs. */
  readonly detect?: boolean;
  /** False: no index of the words of messages is kept; searches look through messages. */
  readonly words?: boolean;
  /** Also told what was written, after the detections. */
  readonly hook?: IngestHook;
}

export interface Engine {
  readonly handlers: Handlers<EngineContract>;
  onEvent(listener: (event: EngineEvent) => void): Dispose;
  about(): EngineAbout;
  start(): void;
  demo(environments: readonly DemoEnvironment[]): void;
  secrets(secrets: Secrets): void;
  operator(name: string): void;
  /** An operator did something outside the engine (settings, a window's own acts): into the journal with it. */
  acted(action: OperatorAction): void;
  /** The machine woke up. */
  wake(): void;
  /** Nothing is done for a while: what is kept in memory only to be quick is given back. */
  rest(): void;
  /** Lets the transaction under way finish, closes everything, gives the profile back. */
  stop(): Promise<void>;
}

/** What the engine says of itself, asked anew each time. */
export const aboutOf =
  (options: EngineOptions, database: EngineAbout['database'], problems: readonly Problem[]) =>
  (): EngineAbout => ({
    version: options.version,
    profile: options.profile,
    database,
    encrypted: isEncrypted(mirrorFile(options.profile)),
    problems,
    attributions: options.geo.attributions,
  });
