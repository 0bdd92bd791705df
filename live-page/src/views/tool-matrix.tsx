import type { ModelsAnswer } from '../../../src/live/answers.js';
import { agentHref } from '../app/routes.js';
import { count, percent } from '../format/numbers.js';
import { Glyph } from '../parts/glyph.js';
import { Name } from '../parts/name.js';
import { Panel } from '../parts/panel.js';
import { isMarked } from '../parts/share.js';

type ToolCall = ModelsAnswer['toolCalls'][number];

export interface ToolMatrixProps {
  readonly calls: readonly ToolCall[];
  readonly range: string;
}

const MOST_AGENTS = 20;
const MOST_TOOLS = 12;
const SHADES = 5;

/** Which agent calls which tool: the busiest of both. */
export function ToolMatrix({ calls, range }: ToolMatrixProps) {
  const tools = busiest(calls, ({ tool }) => tool).slice(0, MOST_TOOLS);
  const agents = busiest(calls, ({ agent }) => agent).slice(0, MOST_AGENTS);
  const byPair = new Map(calls.map((call) => [pairOf(call), call]));
  const most = Math.max(1, ...calls.map((call) => call.calls));
  return (
    <Panel
      title="Who calls what"
      unit={`tool calls by agent, ${range}; failures of 5 % and more are marked`}
    >
      <div
        class="scroll"
        tabIndex={0}
        role="region"
        aria-label="Who calls what"
      >
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              {tools.map((tool) => (
                <th key={tool} scope="col">
                  <Name mono>{tool}</Name>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <tr key={agent}>
                <th scope="row">
                  <Name href={agentHref(agent)}>{agent}</Name>
                </th>
                {tools.map((tool) => (
                  <td key={tool}>
                    <Cell
                      call={byPair.get(pairOf({ agent, tool }))}
                      most={most}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const pairOf = ({ agent, tool }: Pick<ToolCall, 'agent' | 'tool'>) =>
  JSON.stringify([agent, tool]);

/** Names by the sum of their calls, the largest first. */
function busiest(
  calls: readonly ToolCall[],
  nameOf: (call: ToolCall) => string,
): string[] {
  const sums = new Map<string, number>();
  for (const call of calls)
    sums.set(nameOf(call), (sums.get(nameOf(call)) ?? 0) + call.calls);
  return [...sums]
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
}

interface CellProps {
  readonly call: ToolCall | undefined;
  readonly most: number;
}

function Cell({ call, most }: CellProps) {
  if (!call?.calls) return <span class="none">·</span>;
  const share = call.failed / call.calls;
  const shade = Math.floor(Math.sqrt(call.calls / most) * (SHADES - 0.01));
  return (
    <span class={`cell l${shade}`}>
      {count(call.calls)}
      {isMarked(share) && (
        <em>
          <Glyph level="bad" />
          {percent(share)}
          <span class="vh"> failed</span>
        </em>
      )}
    </span>
  );
}
