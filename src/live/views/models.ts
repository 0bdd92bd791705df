import type { ModelsAnswer } from '../answers.js';
import { CallRows, hasError } from '../query/call-rows.js';
import { Sums } from '../query/measures.js';
import { ModelMeasures } from '../query/model-measures.js';
import { labelOf, type Query } from '../query/query.js';
import { topPoints } from '../query/top-points.js';
import { firstChunkLines } from './chunk-lines.js';
import { busiest, type View } from './view.js';

/** Models by provider, and tools. */
export const models: View<ModelsAnswer> = ({ query }) => {
  const measures = new ModelMeasures(query);
  const tools = new CallRows(query, query.names.tools, {
    keyOf: (series) => labelOf(series, 'gen_ai_tool_name'),
    isFailed: hasError,
  });
  const calls = new CallRows(
    query,
    query.names.tools,
    {
      keyOf: (series) => ({
        agent: labelOf(series, 'gen_ai_agent_name'),
        tool: labelOf(series, 'gen_ai_tool_name'),
      }),
      isFailed: hasError,
    },
    (series) => labelOf(series, 'gen_ai_agent_name') !== '',
  );
  return () => ({
    models: busiest([...measures.all.values()].map((model) => model.toRow())),
    tools: busiest(tools.map((tool, row) => row.row(tool))),
    firstChunkByModel: firstChunkLines(measures),
    outputByModel: topPoints(outputOf(measures), 60),
    costByModel: topPoints(costOf(query, measures), 60),
    toolCalls: busiest(
      calls.map((key, row) => ({
        ...key,
        calls: row.calls.total,
        failed: row.failed.total,
      })),
    ),
  });
};

/** Models of several providers may have one name: they are one line then. */
function added(pairs: Iterable<readonly [string, Sums]>): Map<string, Sums> {
  const all = new Map<string, Sums>();
  for (const [name, sums] of pairs) {
    all.set(name, all.get(name)?.plus(sums) ?? sums);
  }
  return all;
}

function outputOf({ all }: ModelMeasures): Map<string, Sums> {
  const pairs = Array.from(
    all.values(),
    ({ name, tokens }) => [name, tokens.of('output')] as const,
  );
  return added(pairs);
}

/** The cost in the currency in which most is spent. */
function costOf({ window }: Query, { all }: ModelMeasures): Map<string, Sums> {
  const totals = new Map<string, number>();
  for (const { cost } of all.values()) {
    for (const [currency, amount] of cost.money()) {
      totals.set(currency, (totals.get(currency) ?? 0) + amount);
    }
  }
  const [top] = [...totals].sort(([, a], [, b]) => b - a);
  const pairs = Array.from(
    all.values(),
    ({ name, cost }) =>
      [name, top ? cost.of(top[0]) : new Sums(window, 'bars')] as const,
  );
  return added(pairs);
}
