import Button from '@mui/material/Button';
import { action, ActionMenu } from '#renderer/components/ActionMenu.tsx';
import { EmptyState } from '#renderer/components/EmptyState.tsx';
import { Figure } from '#renderer/components/Figure.tsx';
import { Heading } from '#renderer/components/Heading.tsx';
import { PageLinks } from '#renderer/components/PageLinks.tsx';
import { Part } from '#renderer/components/Part.tsx';
import { ProblemBox } from '#renderer/components/ProblemBox.tsx';
import { Mark } from '#renderer/components/Marks.tsx';
import { Splitter } from '#renderer/components/Splitter.tsx';
import { SummaryCard } from '#renderer/components/SummaryCard.tsx';
import { Table } from '#renderer/components/Table.tsx';
import { TableHead } from '#renderer/components/TableHead.tsx';
import { Waiting } from '#renderer/components/Waiting.tsx';
import { Asked } from '#renderer/parts/Asked.tsx';
import type { Entry } from './entry.ts';
import { PROBLEM } from './fixtures.ts';

const nothing = (): void => undefined;

export const BOX_ENTRIES: readonly Entry[] = [
  {
    component: 'Heading',
    wide: true,
    states: [
      ['title', () => <Heading title="Sessions" />],
      [
        'with what is shown and actions',
        () => (
          <Heading title="Audit" actions={<Button>Newest</Button>}>
            1,204 events in the last 24 hours
          </Heading>
        ),
      ],
    ],
  },
  {
    component: 'PageLinks',
    wide: true,
    states: [
      [
        'the second is shown',
        () => (
          <PageLinks
            label="Pages"
            current="journal"
            pages={[
              ['operations', 'Operations'],
              ['journal', 'Journal'],
            ]}
            hrefOf={(name) => `#${name}`}
          />
        ),
      ],
    ],
  },
  {
    component: 'ProblemBox',
    wide: true,
    states: [
      ['message', () => <ProblemBox problem={{ code: 'X', message: PROBLEM.message }} />],
      ['with advice and asking again', () => <ProblemBox problem={PROBLEM} onAgain={nothing} />],
      [
        'flat, with an action',
        () => <ProblemBox flat problem={PROBLEM} action={<Button>Open settings</Button>} />,
      ],
    ],
  },
  {
    component: 'Asked',
    wide: true,
    states: [
      ['awaited', () => <Asked answer={{ is: 'loading' }} what="the journal" lines={2} />],
      [
        'failed',
        () => <Asked answer={{ is: 'failed', problem: PROBLEM, again: nothing }} what="the journal" />,
      ],
      [
        'read, but not again',
        () => (
          <Asked answer={{ is: 'ready', value: null, problem: PROBLEM, again: nothing }} what="the journal" />
        ),
      ],
    ],
  },
  {
    component: 'EmptyState',
    wide: true,
    states: [
      ['title', () => <EmptyState title="Nobody fits" />],
      [
        'with words and the one action',
        () => (
          <EmptyState
            title="No environment yet"
            action={<Button variant="contained">Add environment</Button>}
          >
            An agent beside the application tells this console who is signed in.
          </EmptyState>
        ),
      ],
    ],
  },
  {
    component: 'Waiting',
    states: [
      ['usual', () => <Waiting what="sessions" />],
      ['a list', () => <Waiting what="events" lines={8} />],
    ],
  },
  {
    component: 'Part',
    states: [
      [
        'with something beside its title',
        () => (
          <Part title="Devices" aside={<Button>All</Button>}>
            Firefox · Linux
          </Part>
        ),
      ],
    ],
  },
  { component: 'Figure', states: [['number', () => <Figure name="live sessions">1,204</Figure>]] },
  {
    component: 'Splitter',
    wide: true,
    states: [
      [
        'at rest',
        () => (
          <Splitter label="Size" value={200} least={100} most={300} onChange={nothing} onDone={nothing} />
        ),
      ],
    ],
  },
  {
    component: 'Table',
    wide: true,
    states: [
      [
        'rows',
        () => (
          <Table>
            <TableHead heads={['Environment', { number: 'Sessions' }]} />
            <tbody>
              <tr>
                <td className="name">shop</td>
                <td className="number">1,204</td>
              </tr>
              <tr>
                <td className="name">a name that is very much longer than any column wants to be wide</td>
                <td className="number">7</td>
              </tr>
            </tbody>
          </Table>
        ),
      ],
    ],
  },
  {
    component: 'TableHead',
    wide: true,
    states: [
      [
        'words, figures and a head that is only read aloud',
        () => (
          <Table>
            <TableHead
              heads={[
                'Who',
                { number: 'Sign-ins', title: 'Sign-ins and failed sign-ins' },
                { unseen: 'Actions' },
              ]}
            />
          </Table>
        ),
      ],
    ],
  },
  {
    component: 'ActionMenu',
    over: true,
    states: [
      [
        'one that cannot be chosen',
        () => (
          <ActionMenu
            at={{ left: 20, top: 20 }}
            label="Actions for this session"
            entries={[
              action('Open', nothing),
              action('End session…', nothing, true),
              'divider',
              action('Copy person', nothing),
              null,
            ]}
            onClose={nothing}
          />
        ),
      ],
    ],
  },
  {
    component: 'SummaryCard',
    wide: true,
    states: [
      [
        'known',
        () => (
          <SummaryCard
            kind="Person with 2 accounts"
            title="Amara Okafor"
            marks={<Mark mark="privileged" />}
            lines={[
              { name: 'Signed in now', value: '2 sessions in shop, blog' },
              { name: 'Places', value: 'Neihu District, TW; Taipei, TW; a third place that is cut' },
            ]}
            note="Not live: shop as of 5 min ago"
          />
        ),
      ],
      ['being asked for', () => <SummaryCard kind="Address" title="203.0.113.77" lines={6} />],
      [
        'nothing to say',
        () => (
          <SummaryCard
            kind="Address"
            title="203.0.113.…"
            lines={[]}
            note="Masked by the privacy setting; open the session to show it"
          />
        ),
      ],
    ],
  },
];
