import type { AnswerHead, Answers } from '../../../src/live/answers.js';
import type { Connection } from '../api/poller.js';
import { queriesOf, type Route } from '../app/routes.js';
import { Nothing } from '../parts/panel.js';
import { AgentView } from './agent-view.js';
import { AgentsView } from './agents-view.js';
import { HttpView } from './http-view.js';
import { MetricsView } from './metrics-view.js';
import { ModelsView } from './models-view.js';
import { OverviewView } from './overview-view.js';
import { SystemView } from './system-view.js';

export interface ViewContentProps {
  readonly route: Route;
  readonly answers: ReadonlyMap<string, AnswerHead>;
  readonly connection: Connection;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

/** The view of a route, once its first answer is there. */
export function ViewContent(props: ViewContentProps) {
  const { route, answers, filter, connection } = props;
  const [first, second] = queriesOf(route, filter).map(({ key }) =>
    answers.get(key),
  );
  if (!first) return <Waiting connection={connection} />;
  const { view, name } = route;
  if (view === 'agents' && name !== null) {
    return <AgentView key={name} answer={as<'agent'>(first)} name={name} />;
  }
  switch (view) {
    case 'overview':
      return <OverviewView answer={as<'overview'>(first)} />;
    case 'agents':
      return <AgentsView answer={as<'agents'>(first)} />;
    case 'models':
      return <ModelsView answer={as<'models'>(first)} />;
    case 'http':
      return <HttpView answer={as<'http'>(first)} />;
    case 'system':
      return <SystemView answer={as<'system'>(first)} />;
    case 'metrics':
      return (
        <MetricsView
          answer={as<'metrics'>(first)}
          metric={second && as<'metric'>(second)}
          name={name}
          filter={filter}
          onFilter={props.onFilter}
        />
      );
  }
}

/** An answer to the query of a view is of the view's type. */
const as = <V extends keyof Answers>(answer: AnswerHead): Answers[V] =>
  answer as Answers[V];

function Waiting({ connection }: { readonly connection: Connection }) {
  return (
    <section class="panel waiting" aria-busy={connection.state === 'loading'}>
      <Nothing>
        {connection.state === 'live' || connection.state === 'loading'
          ? 'Loading …'
          : 'There is no answer to show yet.'}
      </Nothing>
    </section>
  );
}
