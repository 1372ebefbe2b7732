import { useMemo } from 'react';
import { type Axes, groupingKeys, orderOf, RANGES } from '../../query/query';
import { type Action, orderKey } from '../../query/reduce';
import { totalsRefused } from '../../query/select';
import { Note } from '../../ui/State';
import type { Members } from '../members';
import { gridOf, type Result } from '../result';
import type { Answered } from '../useAnswer';
import { DataTable } from './DataTable';
import styles from './TableView.module.css';
import { tableModel } from './tableModel';
import { useTotals } from './useTotals';

export interface TableViewProps {
  axes: Axes;
  answered: Answered;
  result: Result;
  members: Members;
  wantsTotals: boolean;
  dispatch: (action: Action) => void;
}

/** An answer as a table, with totals where they are right. */
export function TableView({ axes, answered, result, members, wantsTotals, dispatch }: TableViewProps) {
  const { query } = answered.asked;
  const refused = totalsRefused(query, (name) => members.byName.get(name)?.kind === 'measure');
  const totals = useTotals(wantsTotals && refused === null ? answered.asked : null, axes);
  const rows = totals.kind === 'there' ? totals.totals : null;
  const model = useMemo(() => tableModel(gridOf(result, axes), result, rows), [result, axes, rows]);
  const order = new Map(orderOf(query));
  const hasGroups = groupingKeys(query).some((key) => key !== RANGES) && result.measures.length > 0;
  return (
    <div className={styles.view}>
      <div className={styles.table}>
        <DataTable
          label="Rows of the answer"
          model={model}
          directionOf={(column) =>
            column.orders === null ? undefined : order.get(orderKey(query, column.orders))
          }
          onOrder={(column) => {
            if (column.orders !== null)
              dispatch({ type: 'turnOrder', member: orderKey(query, column.orders) });
          }}
        />
      </div>
      {wantsTotals && hasGroups && refused !== null && <Note>{refused}.</Note>}
      {totals.kind === 'refused' && <Note tone="warn">Totals: {totals.words}</Note>}
    </div>
  );
}
