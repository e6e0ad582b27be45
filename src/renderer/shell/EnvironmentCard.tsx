import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { SummaryCard } from '../components/SummaryCard.tsx';
import { counted } from '../format/words.ts';
import { ProductionMark } from '../parts/EnvironmentTag.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { useConnectionWords } from '../parts/use-connection-words.ts';
import { useApp } from '../store/app-store.ts';

const NAME = 'Environment';

function Known({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const words = useConnectionWords(environment);
  const { name, hello, liveSessions, asOf, demo } = environment;
  const tier = hello?.environment.tier;
  return (
    <SummaryCard
      kind={demo ? `${NAME} of the demo, invented people` : NAME}
      title={name}
      detail={words.sentence}
      marks={tier === 'production' ? <ProductionMark /> : null}
      lines={[
        { name: 'Signed in now', value: counted(liveSessions, 'session') },
        { name: 'True as of', value: <TimeAgo at={asOf} missing="Nothing has come yet" /> },
        ...(hello === null
          ? []
          : [
              {
                name: 'Agent',
                value: `${hello.agent.version}, ${hello.store.kind}${hello.store.version === undefined ? '' : ` ${hello.store.version}`}`,
              },
            ]),
      ]}
      note={words.advice ?? undefined}
    />
  );
}

/** What is known of an environment, in a few lines; nothing is asked for it. */
export function EnvironmentCard(props: {
  readonly connection: ConnectionId;
  readonly text: string;
}): ReactNode {
  const environment = useApp((state) =>
    state.environments?.find(({ connection }) => connection === props.connection),
  );
  if (environment !== undefined) return <Known environment={environment} />;
  return <SummaryCard kind={NAME} title={props.text} lines={[]} note="It was removed from this console." />;
}
