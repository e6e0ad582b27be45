import type { z } from 'zod';
import type { DetectionFilter } from '#shared/ipc/detections-contract.ts';
import { like, type Bound, type Condition } from '../mirror/session-filter.ts';
import { SEVERITIES } from './rows.ts';

type Filter = z.output<typeof DetectionFilter>;

/** Each thing that is kept but not shown: the condition that leaves it out. */
const HIDDEN = {
  filtered: 'd.filtered IS NULL',
  suppressed: 'd.suppression IS NULL',
  retrospective: 'd.retrospective = 0',
  withdrawn: 'd.withdrawn_at IS NULL',
} as const;

/** A filter as SQL over DETECTION_FROM. */
export function detectionCondition(filter: Filter): Condition {
  const parts: string[] = [];
  const bound: Bound = {};
  const list = (column: string, name: string, values: readonly (string | number)[] | undefined): void => {
    if (values === undefined) return;
    parts.push(`${column} IN (SELECT value FROM json_each(@${name}))`);
    bound[name] = JSON.stringify(values);
  };
  if (filter.connections === undefined) parts.push('c.removed_at IS NULL');
  else list('c.id', 'connections', filter.connections);
  // So that the index of the queue can be used: nothing that is closed is asked for.
  if (filter.states !== undefined && !filter.states.includes('closed')) parts.push(`d.state <> 'closed'`);
  list('d.state', 'states', filter.states);
  list(
    'd.severity',
    'severities',
    filter.severities?.map((name) => SEVERITIES.indexOf(name)),
  );
  list('d.name', 'detections', filter.detections);
  if (filter.accounts !== undefined) {
    parts.push(`d.account IN (SELECT x.key FROM json_each(@accounts) j
      CROSS JOIN connection y ON y.id = j.value ->> 'connection'
      CROSS JOIN account x ON x.connection = y.key AND x.id = j.value ->> 'id')`);
    bound['accounts'] = JSON.stringify(filter.accounts);
  }
  if (filter.session !== undefined) {
    parts.push(`d.session = (SELECT x.key FROM handle x JOIN connection y ON y.key = x.connection
      WHERE y.id = @sessionConnection AND x.id = @session)`);
    bound['sessionConnection'] = filter.session.connection;
    bound['session'] = filter.session.id;
  }
  if (filter.ip !== undefined) {
    parts.push('d.ip = @ip');
    bound['ip'] = filter.ip;
  }
  if (filter.campaign !== undefined) {
    parts.push(
      'd.connection = (SELECT key FROM connection WHERE id = @campaignConnection) AND d.campaign = @campaign',
    );
    bound['campaignConnection'] = filter.campaign.connection;
    bound['campaign'] = filter.campaign.id;
  }
  if (filter.assignee !== undefined) {
    parts.push('d.assignee IS @assignee');
    bound['assignee'] = filter.assignee;
  }
  if (filter.since !== undefined) {
    parts.push('d.last_at >= @since');
    bound['since'] = filter.since;
  }
  if (filter.until !== undefined) {
    parts.push('d.last_at < @until');
    bound['until'] = filter.until;
  }
  const text = filter.text?.trim() ?? '';
  if (text !== '') {
    parts.push(
      `(d.summary LIKE @text ESCAPE '\\' OR d.entity_id LIKE @text ESCAPE '\\' OR a.name LIKE @text ESCAPE '\\'
        OR d.ip LIKE @text ESCAPE '\\')`,
    );
    bound['text'] = like(text);
  }
  for (const [what, without] of Object.entries(HIDDEN))
    if (!filter.include.includes(what as keyof typeof HIDDEN)) parts.push(without);
  return { sql: parts.join(' AND '), bound };
}
