import type { AgentRow, Money, OverviewAnswer } from '../answers.js';
import { AgentMeasures, callSeries } from '../query/agent-measures.js';
import { Levels, Sums } from '../query/measures.js';
import { ModelMeasures } from '../query/model-measures.js';
import { ProcessMeasures } from '../query/process-measures.js';
import { labelOf, type Query, valueOf } from '../query/query.js';
import {
  MoneyMeasure,
  sortedMoney,
  TokenMeasure,
} from '../query/token-measures.js';
import { topPoints } from '../query/top-points.js';
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
  const models = new ModelMeasures(query);
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
      outcome: outcomeOf(query, agents),
      costByAgent: costByAgent(agents, rows, currency),
      tokens: totals.tokens.points(),
      firstChunkByModel: firstChunkLines(models),
      process: ofProcess.points(),
      health: healthSummary(facts.checks),
    };
  };
};

/** What the tiles show: lines of all agents together. */
class Totals {
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
    this.cost = new MoneyMeasure(window, 'lines');
    this.tokens = new TokenMeasure(window);
    this.calls = new Sums(window, 'lines');
    this.failed = new Sums(window, 'lines');
    this.spent = new Sums(window, 'lines');
    this.http = new Sums(window, 'lines');
    this.inFlight = new Levels(window);
    this.latency = new LatencyMeasure(query);
    this.firstChunk = new LatencyMeasure(query);
    for (const { series, agent, source, isFailed } of callSeries(query)) {
      if (sources.callsOf(agent) === source) {
        query.watch(series, this.calls);
        if (isFailed) query.watch(series, this.failed);
      }
      if (source !== 'executions' && sources.durationsOf(agent) === source) {
        this.latency.watch(series);
      }
    }
    const working = query.has(names.inFlight) ? names.inFlight : names.running;
    for (const series of query.series(working)) {
      query.watch(series, this.inFlight);
    }
    for (const kind of TokenMeasure.KINDS) {
      for (const series of query.series(...query.tokens(kind))) {
        query.watch(series, this.tokens.of(kind));
        const isWhole = kind === 'input' || kind === 'output';
        if (isWhole) query.watch(series, this.spent);
      }
    }
    for (const series of query.series(names.cost)) {
      query.watch(series, this.cost.of(series.label('currency')));
    }
    for (const series of query.series(names.httpRequests)) {
      query.watch(series, this.http);
    }
    for (const series of query.series(...query.present(names.firstChunk))) {
      this.firstChunk.watch(series);
    }
  }

  tiles(currency: string): OverviewAnswer['tiles'] {
    return {
      calls: this.calls.per(60),
      failedShare: this.failed.shareOf(this.calls),
      p95: this.latency.points().p95,
      firstChunkP95: this.firstChunk.points().p95,
      inFlight: this.inFlight.points(),
      tokens: this.spent.per(60),
      cost: this.cost.pointsIn(currency, 3_600),
      http: this.http.per(60),
    };
  }
}

function outcomeOf(query: Query, { all }: AgentMeasures) {
  const calls = new Sums(query.window, 'bars');
  const failed = new Sums(query.window, 'bars');
  const add = (sum: Sums, one: Sums) => sum.plus(one);
  const rows = [...all.values()].map(({ row }) => row);
  return {
    calls: rows
      .map((row) => row.calls)
      .reduce(add, calls)
      .per(60),
    failed: rows
      .map((row) => row.failed)
      .reduce(add, failed)
      .per(60),
  };
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
  const amounts = new Map<string, number>();
  for (const cell of query.family(query.names.cost)?.cells ?? []) {
    const currency = labelOf(cell, 'currency');
    amounts.set(currency, (amounts.get(currency) ?? 0) + valueOf(cell));
  }
  return sortedMoney([...amounts]);
}
