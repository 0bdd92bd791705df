import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import type { Money, NamedPoints, TokenPoints, Tokens } from '../answers.js';
import { Sums } from './measures.js';
import type { TokenKind } from './metric-names.js';
import type { Query } from './query.js';
import type { Window } from './window.js';

const TOKEN_KINDS: readonly TokenKind[] = [
  'input',
  'cachedInput',
  'cacheWrite',
  'output',
  'reasoning',
];

/** Counts tokens by kind. */
export class TokenMeasure {
  private readonly sums: Readonly<Record<TokenKind, Sums>>;

  constructor(window: Window) {
    const sums = () => new Sums(window, 'bars');
    this.sums = {
      input: sums(),
      cachedInput: sums(),
      cacheWrite: sums(),
      output: sums(),
      reasoning: sums(),
    };
  }

  of(kind: TokenKind): Sums {
    return this.sums[kind];
  }

  /** Those of the range; parts are in their wholes. */
  totals(): Tokens {
    const { input, cachedInput, cacheWrite, output, reasoning } = this.sums;
    return {
      input: input.total,
      cachedInput: cachedInput.total,
      cacheWrite: cacheWrite.total,
      output: output.total,
      reasoning: reasoning.total,
    };
  }

  /** Tokens per minute; parts are not in their wholes. */
  points(): TokenPoints {
    const { input, cachedInput, cacheWrite, output, reasoning } = this.sums;
    return {
      input: input.minus(cachedInput).minus(cacheWrite).per(60),
      cachedInput: cachedInput.per(60),
      cacheWrite: cacheWrite.per(60),
      output: output.minus(reasoning).per(60),
      reasoning: reasoning.per(60),
    };
  }
}

/** Adds up money by currency. */
export class MoneyMeasure {
  private readonly sums = new Map<string, Sums>();

  constructor(
    private readonly window: Window,
    private readonly grid: 'lines' | 'bars' = 'bars',
  ) {}

  of(currency: string): Sums {
    const make = () => new Sums(this.window, this.grid);
    return getOrInsert(this.sums, currency, make);
  }

  /** The largest amount first. */
  money(): Money {
    const amounts = [...this.sums].map(
      ([currency, { total }]) => [currency, total] as const,
    );
    return addedMoney(amounts.filter(([, amount]) => amount > 0));
  }

  /** Money per minute by currency. */
  points(): NamedPoints[] {
    return this.money().map(([name]) => ({
      name,
      points: this.of(name).per(60),
    }));
  }
}

/** Adds up amounts by currency. The largest sum comes first. */
export function addedMoney(amounts: Money): Money {
  const sums = new Map<string, number>();
  for (const [currency, amount] of amounts) {
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** What has tokens and a cost: an agent, a model, all of them. */
interface Usage {
  readonly tokens: TokenMeasure;
  readonly cost: MoneyMeasure;
}

/** Measures tokens and cost. Each series counts for the usage that it belongs to, if there is one. */
export function watchUsage(
  query: Query,
  usageOf: (series: LabelSet) => Usage | undefined,
): void {
  for (const kind of TOKEN_KINDS) {
    query.watchEach(query.tokens(kind), (one) => usageOf(one)?.tokens.of(kind));
  }
  query.watchEach([query.names.cost], (series) =>
    usageOf(series)?.cost.of(labelOf(series, 'currency')),
  );
}
