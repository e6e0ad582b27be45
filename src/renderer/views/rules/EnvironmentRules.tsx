import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState, type ReactNode } from 'react';
import type { RulesOfEnvironment } from '#shared/ipc/rules-views.ts';
import { compareRules, sameRules } from '#shared/rules/compare.ts';
import { RULE_TEMPLATES } from '#shared/rules/templates.ts';
import { ruleProblems } from '#shared/rules/validate.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { useApp } from '../../store/app-store.ts';
import {
  addRule,
  changeRule,
  discardDraft,
  removeRule,
  selectRule,
  useRules,
} from '../../store/rules-store.ts';
import type { Editing } from '../../store/rules-store.ts';
import { BrakeNotice } from './BrakeNotice.tsx';
import { NowPanel } from './NowPanel.tsx';
import { PastPanel } from './PastPanel.tsx';
import { PublishDialog } from './PublishDialog.tsx';
import { RuleEditor } from './RuleEditor.tsx';
import { RuleRow } from './RuleRow.tsx';
import { VersionsDialog } from './VersionsDialog.tsx';

type Ready = Extract<RulesOfEnvironment, { is: 'ready' }>;

/** The rules of one environment: the list, the one being edited, and what it would do. */
export function EnvironmentRules(props: {
  readonly current: Ready;
  readonly all: readonly RulesOfEnvironment[];
  readonly choice: ReactNode;
  readonly again: () => void;
}): ReactNode {
  const { current, all, choice, again } = props;
  const { connection } = current;
  const name = useEnvironmentName()(connection);
  const draft = useRules((state) => state.drafts.get(connection));
  const selected = useRules((state) => state.selected);
  const capabilities = useApp(
    (state) => state.environments?.find((one) => one.connection === connection)?.hello?.store.capabilities,
  );
  const [dialog, setDialog] = useState<'publish' | 'versions' | null>(null);
  const dirty = draft !== undefined && !sameRules(current.rules, draft.rules);
  // What is the same as what is in force is written from that, whatever it was written from before.
  const written = dirty ? draft : { rules: current.rules, basedOn: current.version };
  const editing: Editing = { connection, ...written };
  const difference = compareRules(current.rules, written.rules);
  const changed = new Set([...difference.added, ...difference.changed].map(({ id }) => id));
  const bad = ruleProblems(written.rules, { lists: current.lists }).length > 0;
  const nameless = written.rules.some((rule) => rule.name.trim() === '');
  const rule = written.rules.find(({ id }) => id === selected) ?? written.rules[0];
  const others = all.filter(
    (one): one is Ready => one.is === 'ready' && one.connection !== connection && one.canWrite,
  );
  return (
    <>
      <Heading
        title="Rules"
        actions={
          <Box sx={{ display: 'flex', gap: 2 }}>
            <NewRule disabled={!current.canWrite} onAdd={(template) => addRule(editing, template)} />
            <Button onClick={() => setDialog('versions')}>Versions</Button>
            {dirty ? <Button onClick={() => discardDraft(connection)}>Discard changes</Button> : null}
            <Button
              variant="contained"
              color="primary"
              disabled={!dirty || bad || nameless || !current.canWrite}
              onClick={() => setDialog('publish')}
            >
              Publish…
            </Button>
          </Box>
        }
      >
        {choice}
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {current.version === 0 ? 'No rules published yet' : `Version ${String(current.version)} in force`}
          {current.canWrite ? '' : '; your token may read rules, not write them'}
          {dirty && draft.basedOn !== current.version
            ? `; written from version ${String(draft.basedOn)}, somebody published since`
            : ''}
        </Box>
      </Heading>
      {current.rules.map((one) => {
        const stopped = current.effects.find((effect) => effect.rule === one.id)?.stopped ?? null;
        return stopped === null ? null : (
          <BrakeNotice key={one.id} connection={connection} rule={one} stopped={stopped} decided={again} />
        );
      })}
      {rule === undefined ? (
        <EmptyState
          title={`No rules in ${name} yet`}
          action={
            current.canWrite ? (
              <NewRule disabled={false} onAdd={(template) => addRule(editing, template)} />
            ) : undefined
          }
        >
          Limits that the agent enforces when nobody is looking: sessions per person, idle time, networks,
          countries, hours. A new rule only observes until you say otherwise.
        </EmptyState>
      ) : (
        <Box
          sx={{
            flex: 1,
            minHeight: 0,
            display: 'grid',
            gridTemplateColumns: 'minmax(17rem, 1.1fr) minmax(20rem, 1.5fr) minmax(16rem, 1fr)',
          }}
        >
          <Box
            component="ul"
            aria-label="Rules"
            sx={{ listStyle: 'none', m: 0, p: 0, overflowY: 'auto', borderRight: 1, borderColor: 'divider' }}
          >
            {written.rules.map((one) => (
              <RuleRow
                key={one.id}
                rule={one}
                environment={name}
                effect={current.effects.find((effect) => effect.rule === one.id)}
                selected={one.id === rule.id}
                changed={changed.has(one.id)}
                onSelect={() => selectRule(one.id)}
              />
            ))}
          </Box>
          <Box sx={{ overflowY: 'auto', minWidth: 0 }}>
            <RuleEditor
              rule={rule}
              environment={name}
              capabilities={capabilities ?? []}
              lists={current.lists}
              disabled={!current.canWrite}
              onChange={(next) => changeRule(editing, next)}
              onRemove={() => removeRule(editing, rule.id)}
            />
          </Box>
          <Box sx={{ overflowY: 'auto', minWidth: 0, borderLeft: 1, borderColor: 'divider' }}>
            <NowPanel connection={connection} rule={rule} />
            <PastPanel connection={connection} rule={rule} />
          </Box>
        </Box>
      )}
      {dialog === 'publish' ? (
        <PublishDialog
          editing={editing}
          current={current}
          others={others}
          published={again}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog === 'versions' ? (
        <VersionsDialog editing={editing} name={name} onClose={() => setDialog(null)} />
      ) : null}
    </>
  );
}

function NewRule(props: {
  readonly disabled: boolean;
  readonly onAdd: (template: number) => void;
}): ReactNode {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        disabled={props.disabled}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        New rule ▾
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        {RULE_TEMPLATES.map(({ title }, template) => (
          <MenuItem
            key={title}
            onClick={() => {
              setAnchor(null);
              props.onAdd(template);
            }}
          >
            {title}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
