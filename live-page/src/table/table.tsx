import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../format/numbers.js';
import { Nothing } from '../parts/panel.js';
import { Chips } from './chips.js';
import type { Chip, Column } from './column.js';
import { Search } from './search.js';
import { matches, type Sort, sorted } from './sort.js';
import { cellClass, TableHead } from './table-head.js';

export interface TableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  readonly sort: Sort;
  readonly empty: ComponentChildren;
  /** The text of a row that the filter looks through; without it there is no filter. */
  readonly filter?: (row: R) => string;
  readonly chips?: readonly Chip<R>[];
}

const PAGE = 50;

/** A table that sorts, filters, and shows long lists page by page. */
export function Table<R>(props: TableProps<R>) {
  const { rows, filter, chips, empty, label } = props;
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  if (rows.length === 0) return <Nothing>{empty}</Nothing>;
  const chip = chips?.find((one) => one.label === chosen);
  const shown = rows.filter(
    (row) =>
      (!filter || matches(filter(row), text)) && (!chip || chip.includes(row)),
  );
  const showAll = () => {
    setText('');
    setChosen(null);
  };
  return (
    <>
      {filter && (
        <div class="tools">
          <Search label={label} text={text} onText={setText} />
          {chips && <Chips {...{ chips, rows, chosen }} onChoose={setChosen} />}
          <span class="count" role="status">
            {shown.length < rows.length && `${shown.length} of ${rows.length}`}
          </span>
        </div>
      )}
      {shown.length > 0 ? (
        <SortedRows {...props} rows={shown} />
      ) : (
        <NoMatch text={text} onShowAll={showAll} />
      )}
    </>
  );
}

function NoMatch({
  text,
  onShowAll,
}: {
  readonly text: string;
  readonly onShowAll: () => void;
}) {
  return (
    <Nothing>
      {text ? `Nothing matches “${text}”.` : 'There is none of these now.'}{' '}
      <button type="button" class="link" onClick={onShowAll}>
        Show all
      </button>
    </Nothing>
  );
}

function SortedRows<R>({
  label,
  columns,
  rows,
  rowKey,
  sort: first,
}: TableProps<R>) {
  const [sort, setSort] = useState(first);
  const [limit, setLimit] = useState(PAGE);
  const column = columns.find(({ key }) => key === sort.key);
  const ordered = column?.value
    ? sorted(rows, column.value, sort.direction)
    : rows;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={label}>
        <table>
          <TableHead columns={columns} sort={sort} onSort={setSort} />
          <tbody>
            {ordered.slice(0, limit).map((row) => (
              <TableRow key={rowKey(row)} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {ordered.length > limit && (
        <p class="more">
          <button type="button" onClick={() => setLimit(limit + 2 * PAGE)}>
            Show {Math.min(2 * PAGE, ordered.length - limit)} more
          </button>{' '}
          {count(limit)} of {count(ordered.length)}
        </p>
      )}
    </>
  );
}

interface TableRowProps<R> {
  readonly row: R;
  readonly columns: readonly Column<R>[];
}

function TableRow<R>({ row, columns }: TableRowProps<R>) {
  const [first, ...others] = columns;
  return (
    <tr>
      <th scope="row" class={cellClass(first!)}>
        {first!.render(row)}
      </th>
      {others.map((column) => (
        <td key={column.key} class={cellClass(column)}>
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
}
