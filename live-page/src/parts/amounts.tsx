import type { Money } from '../../../src/live/answers.js';
import { amount } from '../format/money.js';
import { NONE } from '../format/numbers.js';

/** Money, each further currency on a line of its own. */
export function Amounts({ value }: { readonly value: Money }) {
  const [first, ...others] = value;
  if (!first) return <>{NONE}</>;
  return (
    <span class="amounts">
      {amount(first[1], first[0])}
      {others.map(([currency, size]) => (
        <small key={currency}>{amount(size, currency)}</small>
      ))}
    </span>
  );
}
