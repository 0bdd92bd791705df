import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf } from '../../model/labels.js';
import type { AgentRow, Finding } from '../answers.js';
import type { AgentMeasures } from '../query/agent-measures.js';
import { Total } from '../query/measures.js';
import { drawn } from '../query/quantiles.js';
import type { Query } from '../query/query.js';
import { addedMoney } from '../query/usage-measures.js';
import type { ViewContext } from './view.js';

/** Findings of an answer at most. */
const MAX_FINDINGS = 50;

const LEVELS = { bad: 2, warn: 1, info: 0 } as const;

/** A finding with what it is sorted by among those of its level. */
interface Weighted extends Finding {
  readonly weight: number;
}

/**
 * What a person should look at, the worst first. The facts are, by kind:
 *
 * - `failing`: calls `failed` of `of` in the last 5 minutes, and the most frequent `error`.
 * - `hanging`: the age `oldest` in seconds, calls `inFlight`, and `p99` of those that ended.
 * - `expensive`: its `share` of the `cost` and of the calls (`callShare`), and the cost `perCall`.
 * - `notDelivering`: `seconds` since the last success (since the start without one), and the `error`.
 * - `down`: whether it is `critical`, and for how many `seconds`.
 * - `overflow`: `recordings` in the range that went to the overflow series, and the `limit`.
 */
export class Findings {
  private readonly overflows = new Map<string, Total>();

  constructor(private readonly context: ViewContext) {
    const { query, findings } = context;
    if (findings.overflow) this.watchOverflows(query);
  }

  list(rows: readonly AgentRow[], measures: AgentMeasures): Finding[] {
    return [
      ...this.failing(rows, measures),
      ...this.hanging(rows),
      ...this.expensive(rows),
      ...this.notDelivering(),
      ...this.down(),
      ...this.overflowing(),
    ]
      .sort((a, b) => LEVELS[b.level] - LEVELS[a.level] || b.weight - a.weight)
      .slice(0, MAX_FINDINGS)
      .map(({ weight: _weight, ...finding }) => finding);
  }

  private watchOverflows(query: Query): void {
    query.watchEach([query.names.overflows], (series) =>
      getOrInsert(this.overflows, labelOf(series, 'metric'), () => new Total()),
    );
  }

  private failing(
    rows: readonly AgentRow[],
    { all }: AgentMeasures,
  ): Weighted[] {
    return rows
      .filter(({ status }) => status === 'failing')
      .map(({ name, recent }) => {
        const errors = [...all.get(name)!.recentErrors];
        const [top] = errors.sort(([, a], [, b]) => b.total - a.total);
        return {
          level: 'bad',
          kind: 'failing',
          subject: name,
          weight: recent.failed,
          facts: {
            failed: recent.failed,
            of: recent.calls,
            error: top?.[0] ?? '',
          },
        };
      });
  }

  private hanging(rows: readonly AgentRow[]): Weighted[] {
    return rows
      .filter(({ status }) => status === 'hanging')
      .map(({ name, oldest, inFlight, duration }) => ({
        level: 'bad',
        kind: 'hanging',
        subject: name,
        weight: inFlight * 10,
        facts: { oldest, inFlight, p99: drawn(duration.p99) ?? 0 },
      }));
  }

  /** Among several agents with a cost: one alone has all of it. */
  private expensive(rows: readonly AgentRow[]): Weighted[] {
    const { expensive } = this.context.findings;
    const [top] = addedMoney(rows.flatMap(({ cost }) => cost));
    const costly = rows.filter(({ cost }) => cost.length > 0);
    if (expensive === undefined || top === undefined || costly.length < 2) {
      return [];
    }
    const [currency, total] = top;
    const calls = rows.reduce((sum, row) => sum + row.calls, 0);
    return costly.flatMap((row) => {
      const amount = row.cost.find(([one]) => one === currency)?.[1] ?? 0;
      const share = amount / total;
      if (share <= expensive.share) return [];
      const facts = {
        share,
        callShare: calls === 0 ? 0 : row.calls / calls,
        cost: [[currency, amount]] as const,
        perCall:
          row.calls === 0 ? [] : ([[currency, amount / row.calls]] as const),
      };
      return {
        level: 'info',
        kind: 'expensive',
        subject: row.name,
        weight: share,
        facts,
      };
    });
  }

  private notDelivering(): Weighted[] {
    const { findings, facts, query } = this.context;
    const { notDelivering } = findings;
    if (notDelivering === undefined) return [];
    return facts.exporters.flatMap((exporter) => {
      const { name, lastSuccess, interval, failure } = exporter;
      const seconds =
        lastSuccess === undefined
          ? process.uptime()
          : Math.max(0, query.window.now - lastSuccess);
      const allowed = (interval ?? query.window.interval * 1_000) / 1_000;
      const isLate = seconds > notDelivering.intervals * allowed;
      // One that delivers events as they come has none to deliver in a quiet time.
      if (!isLate || (interval === undefined && failure === undefined)) {
        return [];
      }
      return {
        level: 'warn',
        kind: 'notDelivering',
        subject: name,
        weight: seconds,
        facts: { seconds, error: failure ?? '' },
      };
    });
  }

  /** Those of exporters are findings of their own. */
  private down(): Weighted[] {
    const { findings, facts } = this.context;
    if (!findings.down) return [];
    return facts.checks
      .filter(({ name, isUp }) => !isUp && !name.startsWith('exporter:'))
      .map(({ name, critical, since }) => ({
        level: critical ? 'bad' : 'warn',
        kind: 'down',
        subject: name,
        weight: critical ? Infinity : 0,
        facts: {
          critical: critical ? 1 : 0,
          seconds: Math.max(0, Date.now() - since) / 1_000,
        },
      }));
  }

  private overflowing(): Weighted[] {
    const { limitOf } = this.context.facts;
    return [...this.overflows]
      .filter(([, { total }]) => total > 0)
      .map(([metric, { total }]) => ({
        level: 'warn',
        kind: 'overflow',
        subject: metric,
        weight: total,
        facts: { recordings: total, limit: limitOf(metric) ?? 0 },
      }));
  }
}
