import type { AgentRow } from '../answers.js';
import type { FindingsConfig } from '../findings.options.js';
import type { AgentMeasure } from '../query/agent-measures.js';
import { drawn } from '../query/quantiles.js';

/** Tools that a row names. */
const MAX_TOOLS = 20;

const RANKS = { failing: 3, hanging: 2, ok: 1, idle: 0 } as const;

/** The row of an agent, once it is measured. */
export function agentRow(
  agent: AgentMeasure,
  findings: FindingsConfig,
): AgentRow {
  const row = agent.row.row(agent.name);
  const state = {
    ...row,
    inFlight: agent.inFlight.now ?? 0,
    oldest: agent.oldest.now ?? 0,
  };
  return {
    ...state,
    status: statusOf(state, findings),
    tokens: agent.tokens.totals(),
    cost: agent.cost.money(),
    firstChunk: agent.firstChunk?.quantile(0.95) ?? null,
    tools: [...agent.tools]
      .filter(([, { total }]) => total > 0)
      .sort(([, a], [, b]) => b.total - a.total)
      .slice(0, MAX_TOOLS)
      .map(([tool]) => tool),
  };
}

function statusOf(
  row: Pick<AgentRow, 'recent' | 'oldest' | 'calls' | 'duration' | 'inFlight'>,
  { failing, hanging }: FindingsConfig,
): AgentRow['status'] {
  const { calls, failed } = row.recent;
  if (
    failing !== undefined &&
    failed >= failing.calls &&
    failed >= failing.share * calls
  ) {
    return 'failing';
  }
  if (
    hanging !== undefined &&
    row.oldest > hanging.seconds &&
    row.oldest > hanging.times * (drawn(row.duration.p99) ?? 0)
  ) {
    return 'hanging';
  }
  return row.calls > 0 || row.inFlight > 0 ? 'ok' : 'idle';
}

/** Those that need attention first, then the busiest ones. */
export function byAttention(a: AgentRow, b: AgentRow): number {
  const rank = ({ status }: AgentRow) => Math.max(1, RANKS[status]);
  return rank(b) - rank(a) || b.calls - a.calls || (a.name < b.name ? -1 : 1);
}
