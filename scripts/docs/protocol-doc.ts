import { z } from 'zod';
import { ApprovalItem, ApprovalResolved, ApprovalsListAnswer, Approve } from '#shared/protocol/approvals.ts';
import {
  AccountRemoved,
  AccountUpserted,
  AuditRecorded,
  SessionClosed,
  SessionOpened,
  SessionUpdated,
} from '#shared/protocol/changes.ts';
import { ERROR_CODES, GOODBYE_CODES, REFUSAL_CODES } from '#shared/protocol/codes.ts';
import {
  Command,
  COMMAND_KINDS,
  COMMAND_STATES,
  CommandAnswer,
  CommandFailures,
  CommandFailuresAnswer,
  CommandGet,
  CommandGetAnswer,
  CommandProgress,
  CommandTargets,
  CommandTargetsAnswer,
  DryRunAnswer,
  Proof,
  Reach,
  SelectAccounts,
  SelectAll,
  SelectSessions,
  Where,
} from '#shared/protocol/commands.ts';
import { ConnectionFile } from '#shared/protocol/connection-file.ts';
import {
  CAPABILITIES,
  Goodbye,
  HandshakeAuth,
  Hello,
  Refusal,
  SCOPES,
  Status,
} from '#shared/protocol/handshake.ts';
import { HoldsListAnswer } from '#shared/protocol/holds.ts';
import { DEFAULT_HELLO_LIMITS, LIMITS, NAMESPACE, PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import { PostureGetAnswer } from '#shared/protocol/posture.ts';
import {
  Account,
  ACTIONS,
  AuditEvent,
  CLOSE_REASONS,
  FAILURE_REASONS,
  MARKS,
  Session,
  Sighting,
} from '#shared/protocol/records.ts';
import { Rule, RulesChanged, RulesGetAnswer, RulesPut, RulesPutAnswer } from '#shared/protocol/rules.ts';
import {
  ChangesAnswer,
  ChangesEnvelope,
  History,
  HistoryAnswer,
  SessionsGet,
  SessionsGetAnswer,
  SnapshotAnswer,
  SnapshotEnvelope,
  Subscribe,
  SubscribeAnswer,
} from '#shared/protocol/stream.ts';

/** The part of JSON Schema that zod's output uses here. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly additionalProperties?: boolean | Shape;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

const shapeOf = (schema: z.ZodType): Shape =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' }) as Shape;

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const alternatives = (shape: Shape) => shape.anyOf ?? shape.oneOf;
const SAFE = Number.MAX_SAFE_INTEGER;

function bounds(low: number | undefined, high: number | undefined, unit: string): string {
  const from = low !== undefined && low !== 0 && low !== -SAFE ? low : undefined;
  const to = high !== undefined && high !== SAFE ? high : undefined;
  if (from === undefined && to === undefined) return '';
  const words = [
    from === undefined ? '' : `at least ${String(from)}`,
    to === undefined ? '' : `at most ${String(to)}`,
  ];
  return ` (${words.filter(Boolean).join(', ')}${unit})`;
}

function typeOf(shape: Shape): string {
  const variants = alternatives(shape);
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(' or ');
  if (shape.const !== undefined) return code(shape.const);
  if (shape.enum !== undefined) return shape.enum.map(code).join(', ');
  switch (shape.type) {
    case 'string':
      return `string${bounds(shape.minLength, shape.maxLength, ' characters')}`;
    case 'integer':
      return `integer${bounds(shape.minimum, shape.maximum, '')}`;
    case 'number':
      return `number${bounds(shape.minimum, shape.maximum, '')}`;
    case 'array':
      return `list of ${shape.items === undefined ? 'anything' : typeOf(shape.items)}${bounds(shape.minItems, shape.maxItems, ' items')}`;
    case 'object':
      if (shape.properties === undefined) {
        const inner = shape.additionalProperties;
        return `map to ${typeof inner === 'object' ? typeOf(inner) : 'anything'}`;
      }
      return `{ ${Object.entries(shape.properties)
        .map(
          ([name, inner]) => `${name}${shape.required?.includes(name) === true ? '' : '?'}: ${typeOf(inner)}`,
        )
        .join('; ')} }`;
    case undefined:
      return 'anything';
    default:
      return shape.type;
  }
}

function table(shape: Shape): string {
  const rows = Object.entries(shape.properties ?? {}).map(
    ([name, inner]) =>
      `| \`${name}\` | ${shape.required?.includes(name) === true ? 'yes' : 'no'} | ${typeOf(inner).replaceAll('|', '\\|')} |`,
  );
  return ['| field | required | type |', '|---|---|---|', ...rows].join('\n');
}

/** One heading with a table of fields; unions get a table for each variant that is an object. */
function section(title: string, schema: z.ZodType): string {
  const shape = shapeOf(schema);
  const variants = alternatives(shape);
  if (variants === undefined) return `### ${title}\n\n${table(shape)}`;
  const bodies = variants.map((variant) => {
    const tag = Object.entries(variant.properties ?? {}).find(([, inner]) => inner.const !== undefined);
    return `${tag === undefined ? '' : `With \`${tag[0]}\` ${code(tag[1].const)}:\n\n`}${table(variant)}`;
  });
  return `### ${title}\n\n${bodies.join('\n\n')}`;
}

/** Everything of docs/protocol.md that follows from the schemas. */
export function protocolReference(): string {
  return [
    '## Fields',
    'Made from the schemas in `src/shared/protocol` by `npx tsx scripts/docs/write-protocol-doc.ts`; a test fails when the two differ.',
    `Protocol version ${code(PROTOCOL_VERSION)}, namespace ${code(NAMESPACE)}.`,
    '## Messages',
    section('Handshake `auth`', HandshakeAuth),
    section('Refusal (`connect_error.data`)', Refusal),
    section('`hello`', Hello),
    section('`status`', Status),
    section('`goodbye`', Goodbye),
    section('`subscribe`', Subscribe),
    section('answer to `subscribe`', SubscribeAnswer),
    section('`snapshot`', SnapshotEnvelope),
    section('answer to `snapshot`', SnapshotAnswer),
    section('`changes`', ChangesEnvelope),
    section('answer to `changes`', ChangesAnswer),
    section('`history`', History),
    section('answer to `history`', HistoryAnswer),
    section('`sessions.get`', SessionsGet),
    section('answer to `sessions.get`', SessionsGetAnswer),
    section('`command`', Command),
    section('selector: sessions', SelectSessions),
    section('selector: accounts', SelectAccounts),
    section('selector: all', SelectAll),
    section('`where`', Where),
    section('answer to a dry run', DryRunAnswer),
    section('`reach`', Reach),
    section('answer to `command`', CommandAnswer),
    section('`command.get`', CommandGet),
    section('answer to `command.get`', CommandGetAnswer),
    section('`command.failures`', CommandFailures),
    section('answer to `command.failures`', CommandFailuresAnswer),
    section('`command.targets`', CommandTargets),
    section('answer to `command.targets`', CommandTargetsAnswer),
    section('answer to `holds.list`', HoldsListAnswer),
    section('`command.progress`', CommandProgress),
    section('`command.proof`', Proof),
    section('`approve`', Approve),
    section('answer to `approvals.list`', ApprovalsListAnswer),
    section('`approval.requested`', ApprovalItem),
    section('`approval.resolved`', ApprovalResolved),
    section('`rules.put`', RulesPut),
    section('answer to `rules.put`', RulesPutAnswer),
    section('answer to `rules.get`', RulesGetAnswer),
    section('`rules.changed`', RulesChanged),
    section('answer to `posture.get`', PostureGetAnswer),
    '## Records',
    section('Sighting', Sighting),
    section('Session', Session),
    section('Account', Account),
    section('AuditEvent', AuditEvent),
    section('Change `session.opened`', SessionOpened),
    section('Change `session.updated`', SessionUpdated),
    section('Change `session.closed`', SessionClosed),
    section('Change `account.upserted`', AccountUpserted),
    section('Change `account.removed`', AccountRemoved),
    section('Change `audit`', AuditRecorded),
    section('Rule', Rule),
    section('Connection file', ConnectionFile),
    '',
  ]
    .join('\n\n')
    .replaceAll('\n\n- ', '\n- ');
}

export const REFERENCE_BEGINS = '<!-- reference: made from the schemas, do not edit below -->';

/** The document with its reference made anew; what stands before the marker is kept. */
export function withReference(document: string): string {
  const at = document.indexOf(REFERENCE_BEGINS);
  if (at < 0) throw new Error(`docs/protocol.md has no line “${REFERENCE_BEGINS}”.`);
  return `${document.slice(0, at)}${REFERENCE_BEGINS}\n\n${protocolReference()}`;
}
