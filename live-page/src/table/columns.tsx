import type {
  Money,
  Quantile,
  Row,
  Tokens,
} from '../../../src/live/answers.js';
import type { Axis } from '../charts/axis.js';
import { Lane } from '../charts/lane.js';
import { quantile, quantileSeconds } from '../format/durations.js';
import { firstAmount } from '../format/money.js';
import { count, percent } from '../format/numbers.js';
import { Amounts } from '../parts/amounts.js';
import { Name } from '../parts/name.js';
import { isMarked, Share, shareOf } from '../parts/share.js';
import type { Column } from './column.js';

type Text = (value: number | null) => string;

export function numberColumn<R>(
  key: string,
  label: string,
  value: (row: R) => number | null,
  format: Text = count,
  hint?: string,
): Column<R> {
  return {
    key,
    label,
    hint,
    isNumber: true,
    value,
    render: (row) => format(value(row)),
  };
}

export interface NameOptions {
  readonly mono?: boolean;
  readonly href?: (name: string) => string;
}

export function nameColumn<R>(
  key: string,
  label: string,
  name: (row: R) => string,
  { mono, href }: NameOptions = {},
): Column<R> {
  const render = (row: R) => (
    <Name mono={mono} href={href?.(name(row))}>
      {name(row)}
    </Name>
  );
  return { key, label, value: name, render };
}

export function quantileColumn<R>(
  key: string,
  label: string,
  value: (row: R) => Quantile,
  hint?: string,
): Column<R> {
  return {
    key,
    label,
    hint,
    isNumber: true,
    value: (row) => quantileSeconds(value(row)),
    render: (row) => quantile(value(row)),
  };
}

export function moneyColumn<R>(
  key: string,
  label: string,
  value: (row: R) => Money,
): Column<R> {
  return {
    key,
    label,
    isNumber: true,
    value: (row) => firstAmount(value(row)),
    render: (row) => <Amounts value={value(row)} />,
  };
}

export const callsColumn = <R extends Row>(label = 'Calls') =>
  numberColumn<R>('calls', label, ({ calls }) => calls);

export const perMinuteColumn = <R extends Row>(label = 'Calls/min') =>
  numberColumn<R>(
    'perMinute',
    label,
    ({ perMinute }) => perMinute,
    count,
    'Over the last minute',
  );

export function failedColumn<R extends Row>(label = 'Failed'): Column<R> {
  const share = ({ failed, calls }: R) => shareOf(failed, calls);
  return {
    key: 'failed',
    label,
    isNumber: true,
    value: share,
    render: (row) => <Share share={share(row)} bad={isMarked(share(row))} />,
  };
}

/** The share of failures without a bar, for wide tables. */
export const failedTextColumn = <R extends Row>(): Column<R> =>
  shareColumn('failed', 'Failed', ({ failed, calls }) =>
    shareOf(failed, calls),
  );

export const recentFailedColumn = <R extends Row>(): Column<R> =>
  shareColumn('recent', 'Failed, 5 min', ({ recent }) =>
    shareOf(recent.failed, recent.calls),
  );

function shareColumn<R extends Row>(
  key: string,
  label: string,
  share: (row: R) => number | null,
): Column<R> {
  const render = (row: R) => (
    <span class={isMarked(share(row)) ? 'badtext' : undefined}>
      {percent(share(row))}
    </span>
  );
  return { key, label, isNumber: true, value: share, render };
}

export const durationColumns = <R extends Row>(): readonly Column<R>[] => [
  quantileColumn<R>(
    'p50',
    'p50',
    ({ duration }) => duration.p50,
    'Half of the calls took at most this long',
  ),
  quantileColumn<R>(
    'p95',
    'p95',
    ({ duration }) => duration.p95,
    '95 of 100 calls took at most this long',
  ),
  quantileColumn<R>(
    'p99',
    'p99',
    ({ duration }) => duration.p99,
    '99 of 100 calls took at most this long',
  ),
];

export const laneColumn = <R extends Row>(axis: Axis): Column<R> => ({
  key: 'lane',
  label: 'Calls, failures below',
  className: 'lanecol',
  render: ({ lane }) => <Lane axis={axis} lane={lane} height={28} />,
});

export const tokenColumns = <
  R extends { readonly tokens: Tokens },
>(): readonly Column<R>[] => [
  numberColumn<R>('input', 'Input tok.', ({ tokens }) => tokens.input),
  numberColumn<R>('output', 'Output tok.', ({ tokens }) => tokens.output),
];

export const costColumn = <R extends { readonly cost: Money }>() =>
  moneyColumn<R>('cost', 'Cost', ({ cost }) => cost);
