import type { Money, NamedPoints, TokenPoints, Tokens } from '../answers.js';
import { Sums } from './measures.js';
import type { TokenKind } from './metric-names.js';
import type { Window } from './window.js';

/** Counts tokens by kind. */
export class TokenMeasure {
  static readonly KINDS: readonly TokenKind[] = [
    'input',
    'cachedInput',
    'cacheWrite',
    'output',
    'reasoning',
  ];

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
    let sums = this.sums.get(currency);
    if (sums === undefined) {
      this.sums.set(currency, (sums = new Sums(this.window, this.grid)));
    }
    return sums;
  }

  in(currency: string): number {
    return this.sums.get(currency)?.total ?? 0;
  }

  /** The points of one currency, for so many seconds. */
  pointsIn(currency: string, seconds: number) {
    return this.of(currency).per(seconds);
  }

  /** The largest amount first. */
  money(): Money {
    const amounts = [...this.sums].map(
      ([currency, { total }]) => [currency, total] as const,
    );
    return sortedMoney(amounts.filter(([, amount]) => amount > 0));
  }

  /** Money per minute by currency. */
  points(): NamedPoints[] {
    return this.money().map(([name]) => ({
      name,
      points: this.of(name).per(60),
    }));
  }
}

/** The largest amount first. */
export function sortedMoney(amounts: Money): Money {
  return [...amounts].sort(([, a], [, b]) => b - a);
}
