import { labelOf } from '../../model/labels.js';
import type { AgentRow, Money, OverviewAnswer } from '../answers.js';
import { AgentMeasures } from '../query/agent-measures.js';
import { Levels, Sums } from '../query/measures.js';
import { measuredModels } from '../query/model-measures.js';
import { ProcessMeasures } from '../query/process-measures.js';
import { type Query, valueOf } from '../query/query.js';
import { RowMeasure } from '../query/row-measure.js';
import { topPoints } from '../query/top-points.js';
import {
  addedMoney,
  MoneyMeasure,
  TokenMeasure,
  watchUsage,
} from '../query/usage-measures.js';
import { agentRow, byAttention } from './agent-rows.js';
import { firstChunkLines } from './chunk-lines.js';
import { Findings } from './findings.js';
import { healthSummary } from './health-summary.js';
import { LatencyMeasure } from './latency.js';
import type { View } from './view.js';

/** Agents that the overview shows. */
const SHOWN_AGENTS = 8;

/** All agents together, and those that need attention. */
export const overview: View<OverviewAnswer> = (context) => {
  const { query, facts, findings } = context;
  const agents = new AgentMeasures(query);
  const models = measuredModels(query);
  const totals = new Totals(query, agents);
  const list = new Findings(context);
  const ofProcess = new ProcessMeasures(query);
  return () => {
    const rows = [...agents.all.values()]
      .map((agent) => agentRow(agent, findings))
      .sort(byAttention);
    const cost = totals.cost.money();
    const currency = cost[0]?.[0] ?? '';
    return {
      findings: list.list(rows, agents),
      tiles: totals.tiles(currency),
      cost,
      costSinceStart: costSinceStart(query),
      agents: rows.slice(0, SHOWN_AGENTS),
      agentCount: rows.length,
      latency: totals.latency.points(),
      heat: totals.latency.heat(),
      outcome: totals.row.points(),
      costByAgent: costByAgent(agents, rows, currency),
      tokens: totals.tokens.points(),
      firstChunkByModel: firstChunkLines(models),
      process: ofProcess.points(),
      health: healthSummary(facts.checks),
    };
  };
};

/** What is measured of all agents together. */
class Totals {
  readonly row: RowMeasure;
  readonly latency: LatencyMeasure;
  readonly cost: MoneyMeasure;
  readonly tokens: TokenMeasure;
  private readonly calls: Sums;
  private readonly failed: Sums;
  private readonly spent: Sums;
  private readonly http: Sums;
  private readonly inFlight: Levels;
  private readonly firstChunk: LatencyMeasure;

  constructor(query: Query, { sources }: AgentMeasures) {
    const { window, names } = query;
    this.row = new RowMeasure(query);
    this.cost = new MoneyMeasure(window, 'lines');
    this.tokens = new TokenMeasure(window);
    this.calls = new Sums(window, 'lines');
    this.failed = new Sums(window, 'lines');
    this.spent = new Sums(window, 'lines');
    this.http = new Sums(window, 'lines');
    this.inFlight = new Levels(window);
    this.latency = new LatencyMeasure(query);
    this.firstChunk = new LatencyMeasure(query);
    for (const { series, isCounted, isTimed, isFailed } of sources.calls()) {
      if (isCounted) {
        query.watch(series, this.row.outcome(isFailed));
        query.watch(series, this.calls);
        if (isFailed) query.watch(series, this.failed);
      }
      if (isTimed) this.latency.watch(series);
    }
    watchUsage(query, () => this);
    const spent = [...query.tokens('input'), ...query.tokens('output')];
    query.watchEach(spent, () => this.spent);
    const working = query.has(names.inFlight) ? names.inFlight : names.running;
    query.watchEach([working], () => this.inFlight);
    query.watchEach([names.httpRequests], () => this.http);
    for (const series of query.series(...query.present(names.firstChunk))) {
      this.firstChunk.watch(series);
    }
  }

  tiles(currency: string): OverviewAnswer['tiles'] {
    return {
      calls: this.calls.per(60),
      failedShare: this.failed.shareOf(this.calls),
      p95: this.latency.p95(),
      firstChunkP95: this.firstChunk.p95(),
      inFlight: this.inFlight.points(),
      tokens: this.spent.per(60),
      cost: this.cost.of(currency).per(3_600),
      http: this.http.per(60),
    };
  }
}

function costByAgent(
  { all }: AgentMeasures,
  rows: readonly AgentRow[],
  currency: string,
) {
  const sums = rows.map(
    ({ name }) => [name, all.get(name)!.cost.of(currency)] as const,
  );
  return topPoints(new Map(sums), 60);
}

function costSinceStart(query: Query): Money {
  const cells = query.family(query.names.cost)?.cells ?? [];
  return addedMoney(
    cells.map((cell) => [labelOf(cell, 'currency'), valueOf(cell)]),
  );
}
