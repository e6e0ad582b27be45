import { EVENT_TYPES } from '../detect/event.ts';
import type { FieldMap } from './field-map.ts';
import { EVENT_FIELDS } from './fields.ts';

const same = (field: string, names: readonly string[]): FieldMap =>
  Object.fromEntries(names.map((name) => [name, field]));
const login = ['login', 'login-failed'];
const failed = (...reason: readonly string[]) => ({ action: 'login-failed', reason: [...reason] });

/**
 * Result codes of Entra sign-ins that a session store can show too, with the reasons of docs/protocol.md. 50126 and
 * 50056 (wrong or no password) are any failure: stores name the reason in their own words.
 */
const ENTRA = {
  '0': 'success',
  '50126': 'failure',
  '50056': 'failure',
  '50034': failed('unknown-account'),
  '50053': failed('locked-out'),
  '50055': failed('expired-password'),
  '50057': failed('blocked'),
  '50072': failed('mfa-failed'),
  '50074': failed('mfa-failed'),
  '50076': failed('mfa-failed'),
  '50079': failed('mfa-failed'),
  '500121': failed('mfa-failed'),
  '53003': failed('rule'),
};
/** NTSTATUS values of failed Windows logons. */
const WINDOWS_STATUS = {
  '0xC0000064': failed('unknown-account'),
  '0xC000006A': failed('bad-password'),
  '0xC000006D': 'failure',
  '0xC0000072': failed('blocked'),
  '0xC0000071': failed('expired-password'),
  '0xC0000224': failed('expired-password'),
  '0xC0000234': failed('locked-out'),
  '0xC0000193': failed('blocked'),
};

/**
 * Names that public rules of the authentication kind use: Windows security events, Okta system log, Entra sign-in
 * logs, AWS CloudTrail console sign-ins, Elastic Common Schema. Names are compared without case.
 */
export const DEFAULT_MAP: FieldMap = {
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
    'src_country',
    'location',
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
      // What the same events were called before Windows Vista.
      '528': 'login',
      '540': 'login',
      '529': failed('unknown-account', 'bad-password'),
      '531': failed('blocked'),
      '535': failed('expired-password'),
      '539': failed('locked-out'),
      '538': 'logout',
      '551': 'logout',
      '627': 'password-changed',
      '628': 'password-changed',
      '632': 'role-changed',
      '633': 'role-changed',
      '636': 'role-changed',
      '637': 'role-changed',
      '660': 'role-changed',
      '661': 'role-changed',
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
  ResultType: { field: 'outcome', values: ENTRA },
  'properties.status.errorCode': { field: 'outcome', values: ENTRA },
  'status.errorCode': { field: 'outcome', values: ENTRA },
  Status: { field: 'outcome', values: { Success: 'success', Failure: 'failure', ...WINDOWS_STATUS } },
  SubStatus: { field: 'outcome', values: WINDOWS_STATUS },
  eventSource: {
    field: 'action',
    values: { 'signin.amazonaws.com': login, 'iam.amazonaws.com': ['password-changed', 'role-changed'] },
  },
  'securityContext.isProxy': {
    field: 'network',
    values: {
      true: ['vpn', 'tor', 'proxy', 'relay'],
      false: ['residential', 'business', 'mobile', 'hosting', 'satellite', 'private'],
    },
  },
  OperationName: {
    field: 'action',
    values: { 'Sign-in activity': login, UserLoggedIn: 'login', UserLoginFailed: 'login-failed' },
  },
  Operation: { field: 'action', values: { UserLoggedIn: 'login', UserLoginFailed: 'login-failed' } },
};
