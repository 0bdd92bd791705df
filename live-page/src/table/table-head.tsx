import type { Column } from './column.js';
import { nextSort, type Sort } from './sort.js';

export interface TableHeadProps<R> {
  readonly columns: readonly Column<R>[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

export function TableHead<R>({ columns, sort, onSort }: TableHeadProps<R>) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            class={cellClass(column)}
            title={column.hint}
            aria-sort={sortOf(column, sort)}
          >
            {column.value ? (
              <button
                type="button"
                onClick={() =>
                  onSort(nextSort(sort, column.key, !!column.isNumber))
                }
              >
                {column.label}
                <Arrow isUp={sort.key === column.key && sort.direction === 1} />
              </button>
            ) : (
              column.label
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Arrow({ isUp }: { readonly isUp: boolean }) {
  return (
    <svg class="arrow" viewBox="0 0 8 8" aria-hidden="true">
      <path d={isUp ? 'M1 6h6L4 1.5z' : 'M1 2h6L4 6.5z'} />
    </svg>
  );
}

function sortOf<R>({ key }: Column<R>, sort: Sort) {
  if (sort.key !== key) return undefined;
  return sort.direction === 1 ? 'ascending' : 'descending';
}

export function cellClass<R>({
  isNumber,
  className,
}: Column<R>): string | undefined {
  const classes = [isNumber && 'num', className].filter(Boolean);
  return classes.length ? classes.join(' ') : undefined;
}
