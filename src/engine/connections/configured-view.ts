import type { EnvironmentView } from '#shared/ipc/views.ts';
import type { ConnectionRecord } from '../mirror/connections.ts';

type Configured = Pick<
  EnvironmentView,
  | 'connection'
  | 'name'
  | 'url'
  | 'colour'
  | 'demo'
  | 'enabled'
  | 'hasCa'
  | 'pin'
  | 'certificate'
  | 'folder'
  | 'hello'
>;

/** What a window is told of an environment whether it is connected or not. */
export const configuredView = (record: ConnectionRecord): Configured => ({
  connection: record.id,
  name: record.name,
  url: record.url,
  colour: record.colour,
  demo: record.demoKey !== null,
  enabled: record.enabled,
  hasCa: record.ca !== null,
  pin: record.pin,
  certificate: record.certificate,
  folder: record.folder,
  hello: record.hello,
});
