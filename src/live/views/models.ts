import { labelOf } from '../../model/labels.js';
import type { ModelsAnswer } from '../answers.js';
import { CallRows, TOOL_CALLS } from '../query/call-rows.js';
import type { Sums } from '../query/measures.js';
import {
  measuredModels,
  type ModelMeasure,
  type Models,
} from '../query/model-measures.js';
import { topPoints } from '../query/top-points.js';
import { addedMoney } from '../query/usage-measures.js';
import { firstChunkLines } from './chunk-lines.js';
import { busiest, type View } from './view.js';

/** Models by provider, and tools. */
export const models: View<ModelsAnswer> = ({ query }) => {
  const measures = measuredModels(query);
  const tools = new CallRows(query, query.names.tools, TOOL_CALLS);
  const calls = new CallRows(
    query,
    query.names.tools,
    {
      ...TOOL_CALLS,
      keyOf: (series) => ({
        agent: labelOf(series, 'gen_ai_agent_name'),
        tool: TOOL_CALLS.keyOf(series),
      }),
    },
    (series) => labelOf(series, 'gen_ai_agent_name') !== '',
  );
  return () => ({
    models: busiest(measures.all.map((model) => model.toRow())),
    tools: busiest(tools.map((tool, row) => row.row(tool))),
    firstChunkByModel: firstChunkLines(measures),
    outputByModel: topPoints(
      byName(measures, ({ tokens }) => tokens.of('output')),
      60,
    ),
    costByModel: topPoints(costOf(measures), 60),
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
function byName(
  { all }: Models,
  sumsOf: (model: ModelMeasure) => Sums,
): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const model of all) {
    const { name } = model;
    const one = sumsOf(model);
    sums.set(name, sums.get(name)?.plus(one) ?? one);
  }
  return sums;
}

/** The cost in the currency in which most is spent. */
function costOf(models: Models): Map<string, Sums> {
  const spent = models.all.flatMap(({ cost }) => cost.money());
  const [[currency] = ['']] = addedMoney(spent);
  return byName(models, ({ cost }) => cost.of(currency));
}
