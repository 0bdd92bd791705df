import { Panel } from '../parts/panel.js';
import { Table, type TableProps } from './table.js';

export interface ListPanelProps<R> extends Omit<TableProps<R>, 'label'> {
  readonly title: string;
  readonly unit?: string | undefined;
}

/** A panel with a table. */
export function ListPanel<R>({ title, unit, ...table }: ListPanelProps<R>) {
  return (
    <Panel title={title} unit={unit}>
      <Table {...table} label={title} />
    </Panel>
  );
}
