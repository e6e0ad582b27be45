import { z } from 'zod';
import { AgentId, EnvironmentId } from '#shared/domain/ids.ts';
import { TIERS } from '#shared/protocol/handshake.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';

const names = z.array(z.string().min(1).max(256)).max(10_000).default([]);
const who = z.strictObject({ roles: names, accounts: names }).prefault({});
const path = z.string().min(1).max(4_096);

/** Default port of an agent. */
const DEFAULT_PORT = 7_420;

/** The agent's configuration file, as it is written. `store` is read by its kind. */
export const ConfigFile = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().min(1).max(255).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(DEFAULT_PORT),
      tls: z.strictObject({ cert: path, key: path, reload: z.boolean().default(true) }).optional(),
    })
    .prefault({}),
  environment: z.strictObject({
    id: EnvironmentId,
    name: z.string().min(1).max(256).optional(),
    tier: z.enum(TIERS).default('other'),
    protected: z.boolean().default(false),
  }),
  agent: z.strictObject({ id: AgentId.optional() }).prefault({}),
  dataDir: path,
  store: z.looseObject({ kind: z.string().min(1) }),
  privileged: who,
  services: who,
  limits: z
    .strictObject({
      batch: z.int().min(1).max(5_000).default(DEFAULT_HELLO_LIMITS.batch),
      inFlight: z.int().min(1).max(32).default(DEFAULT_HELLO_LIMITS.inFlight),
      targets: z.int().min(1).max(20_000).default(DEFAULT_HELLO_LIMITS.targets),
      unapproved: z.int().min(0).default(DEFAULT_HELLO_LIMITS.unapproved),
      historyPage: z.int().min(1).max(5_000).default(DEFAULT_HELLO_LIMITS.historyPage),
      connections: z.int().min(1).max(10_000).default(200),
      connectionsPerToken: z.int().min(1).max(10_000).default(20),
    })
    .prefault({}),
  posture: z
    .strictObject({ url: z.url({ protocol: /^https?$/, error: 'an http or https address' }) })
    .optional(),
  poll: z
    .strictObject({
      intervalMs: z.int().min(100).max(3_600_000).default(2_000),
      adaptive: z.boolean().default(true),
    })
    .prefault({}),
  log: z
    .strictObject({
      maxAgeDays: z.number().positive().max(3_650).default(7),
      maxRows: z.int().min(1_000).max(100_000_000).default(1_000_000),
      historyDays: z.number().positive().max(36_500).default(400),
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    })
    .prefault({}),
  rules: z
    .strictObject({
      /** Lists of networks that rules may name: a file with a network a line. */
      lists: z
        .record(
          z.string().min(1).max(256),
          z.strictObject({ file: path, use: z.enum(['allow', 'deny']).default('deny') }),
        )
        .default({}),
      /** Accounts that no rule ends, whoever writes it. */
      protect: who,
      /** Who is told what rules did. Nothing is sent unless it is here. */
      notify: z
        .strictObject({
          webhook: z
            .strictObject({
              url: z.url({ protocol: /^https?$/ }),
              secret: z.string().min(16).max(1_024).optional(),
            })
            .optional(),
          mail: z
            .strictObject({
              host: z.string().min(1).max(255),
              port: z.int().min(1).max(65_535).default(587),
              security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
              user: z.string().max(256).optional(),
              password: z.string().max(1_024).optional(),
              from: z.email(),
              to: z.array(z.email()).max(50).default([]),
              people: z.boolean().default(false),
            })
            .optional(),
          gatherMs: z.int().min(100).max(3_600_000).default(60_000),
        })
        .optional(),
    })
    .prefault({}),
  /** Where rules about countries look them up, when not in the bundled data. */
  geo: z.strictObject({ folder: path.optional(), mmdb: path.optional() }).prefault({}),
  /** Lets the application tell events: POST /v1/events with this as bearer token. */
  push: z.strictObject({ token: z.string().min(32).max(1_024) }).optional(),
  health: z.strictObject({ port: z.int().min(0).max(65_535) }).optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
