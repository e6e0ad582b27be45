import { z } from 'zod';
import { EVENT_TYPES } from '../detect/event.ts';
import { EVENT_FIELDS } from './fields.ts';

/** What a rule's field is here: a field of the event, or one whose values have other names here. */
const Target = z.union([
  z.string().min(1).max(256),
  z.strictObject({
    field: z.string().min(1).max(256),
    /** The rule's value to ours; several of ours mean any of them. A value that is not listed cannot match. */
    values: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])),
  }),
]);
export const FieldMap = z.record(z.string().min(1).max(256), Target);
export type FieldMap = z.infer<typeof FieldMap>;

export interface MappedField {
  readonly field: string;
  /** Null: values are compared as they are. */
  readonly values: Readonly<Record<string, readonly string[]>> | null;
}

const same = (field: string, names: readonly string[]): FieldMap =>
  Object.fromEntries(names.map((name) => [name, field]));
const login = ['login', 'login-failed'];

/**
 * Names that public rules of the authentication kind use: Windows security events, Okta system log, Entra sign-in
 * logs, AWS CloudTrail console sign-ins, Elastic Common Schema. Names are compared without case.
 */
const DEFAULT_MAP: FieldMap = {
  ...Object.fromEntries(EVENT_FIELDS.map((name) => [name, name])),
  ...same('user', [
    'username',
    'user.name',
    'TargetUserName',
    'SubjectUserName',
    'AccountName',
    'userPrincipalName',
    'properties.userPrincipalName',
    'actor.alternateId',
    'actor.alternateid',
    'userIdentity.userName',
    'userIdentity.principalId',
    'target.user.name',
    'cs-username',
    'initiatedBy.user.userPrincipalName',
  ]),
  ...same('actor', ['actor.user.name', 'source.user.name', 'CallerUserName']),
  ...same('ip', [
    'src_ip',
    'src',
    'source.ip',
    'source.address',
    'client.ip',
    'client.ipAddress',
    'client.ipaddress',
    'IpAddress',
    'ipAddress',
    'sourceIPAddress',
    'SourceIp',
    'c-ip',
    'callerIpAddress',
    'properties.ipAddress',
    'remote_ip',
  ]),
  ...same('userAgent', [
    'user_agent',
    'user_agent.original',
    'c-useragent',
    'cs-user-agent',
    'client.userAgent.rawUserAgent',
    'properties.userAgent',
  ]),
  ...same('country', [
    'source.geo.country_iso_code',
    'client.geographicalContext.country',
    'location.countryOrRegion',
    'properties.location.countryOrRegion',
    'geoip.country_code',
  ]),
  ...same('city', [
    'source.geo.city_name',
    'client.geographicalContext.city',
    'location.city',
    'properties.location.city',
  ]),
  ...same('asn', [
    'source.as.number',
    'securityContext.asNumber',
    'autonomousSystemNumber',
    'properties.autonomousSystemNumber',
  ]),
  ...same('organisation', ['source.as.organization.name', 'securityContext.asOrg', 'securityContext.isp']),
  ...same('system', [
    'user_agent.os.name',
    'client.userAgent.os',
    'deviceDetail.operatingSystem',
    'properties.deviceDetail.operatingSystem',
  ]),
  ...same('browser', [
    'user_agent.name',
    'client.userAgent.browser',
    'deviceDetail.browser',
    'properties.deviceDetail.browser',
  ]),
  ...same('session', [
    'session.id',
    'authenticationContext.externalSessionId',
    'LogonId',
    'TargetLogonId',
    'sessionId',
  ]),
  ...same('reason', [
    'outcome.reason',
    'FailureReason',
    'status.failureReason',
    'event.reason',
    'errorMessage',
  ]),
  ...same('environment', ['host.name', 'service.name', 'target.app', 'appDisplayName']),
  EventID: {
    field: 'action',
    values: {
      '4624': 'login',
      '4625': 'login-failed',
      '4634': 'logout',
      '4647': 'logout',
      '4723': 'password-changed',
      '4724': 'password-changed',
      '4728': 'role-changed',
      '4732': 'role-changed',
      '4756': 'role-changed',
      '4729': 'role-changed',
      '4733': 'role-changed',
      '4757': 'role-changed',
      '4771': 'login-failed',
      '4776': login,
    },
  },
  eventType: {
    field: 'action',
    values: {
      'user.session.start': login,
      'user.authentication.auth_via_mfa': login,
      'user.authentication.sso': 'login',
      'user.session.end': 'logout',
      'user.account.update_password': 'password-changed',
      'user.account.reset_password': 'password-changed',
      'user.account.privilege.grant': 'role-changed',
      'group.user_membership.add': 'role-changed',
      'application.user_membership.add': 'role-changed',
    },
  },
  eventName: {
    field: 'action',
    values: {
      ConsoleLogin: login,
      ChangePassword: 'password-changed',
      AttachUserPolicy: 'role-changed',
      AddUserToGroup: 'role-changed',
    },
  },
  'event.action': {
    field: 'action',
    values: {
      ...Object.fromEntries(EVENT_TYPES.map((name) => [name, name])),
      'logged-in': 'login',
      'user-login': login,
      'logon-failed': 'login-failed',
      user_login: login,
    },
  },
  'event.category': {
    field: 'action',
    values: { authentication: login, session: ['session-opened', 'session-updated', 'session-closed'] },
  },
  'event.outcome': { field: 'outcome', values: { success: 'success', failure: 'failure' } },
  'outcome.result': {
    field: 'outcome',
    values: { SUCCESS: 'success', ALLOW: 'success', FAILURE: 'failure', DENY: 'failure' },
  },
  'responseElements.ConsoleLogin': { field: 'outcome', values: { Success: 'success', Failure: 'failure' } },
  responseElements: { field: 'outcome', values: { '*Success*': 'success', '*Failure*': 'failure' } },
  ResultType: {
    field: 'outcome',
    values: {
      '0': 'success',
      '50053': 'failure',
      '50056': 'failure',
      '50126': 'failure',
      '50076': 'failure',
      '53003': 'failure',
      '500121': 'failure',
    },
  },
  'status.errorCode': {
    field: 'outcome',
    values: { '0': 'success', '50053': 'failure', '50126': 'failure' },
  },
};
const OPERATION: FieldMap = {
  OperationName: {
    field: 'action',
    values: { 'Sign-in activity': login, UserLoggedIn: 'login', UserLoginFailed: 'login-failed' },
  },
  Operation: { field: 'action', values: { UserLoggedIn: 'login', UserLoginFailed: 'login-failed' } },
};

export interface FieldNames {
  /** Null: neither a field of events nor mapped to one. */
  find(name: string): MappedField | null;
}

/** The default map with the person's own entries before it. Attributes are reached as `attributes.<name>`. */
export function createFieldNames(own: FieldMap): FieldNames {
  const all = new Map<string, MappedField>();
  for (const [name, target] of Object.entries({ ...DEFAULT_MAP, ...OPERATION, ...own })) {
    all.set(name.toLowerCase(), normal(target));
  }
  return {
    find: (name) =>
      /^attributes\./i.test(name)
        ? { field: `attributes.${name.slice('attributes.'.length)}`, values: null }
        : (all.get(name.toLowerCase()) ?? null),
  };
}

const normal = (target: z.infer<typeof Target>): MappedField =>
  typeof target === 'string'
    ? { field: target, values: null }
    : {
        field: target.field,
        values: Object.fromEntries(
          Object.entries(target.values).map(([value, ours]) => [
            value.toLowerCase(),
            typeof ours === 'string' ? [ours] : ours,
          ]),
        ),
      };
