import { Copy, Filter, FilterX, Rows3 } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { type Axes, groupingKeys, orderOf, RANGES } from '../../query/query';
import { type Action, orderKey } from '../../query/reduce';
import { totalsRefused } from '../../query/select';
import type { MenuAction } from '../../ui/Menu';
import { Note } from '../../ui/State';
import type { Members } from '../members';
import { gridOf, isCut, type Result } from '../result';
import type { Answered } from '../useAnswer';
import { cellActions } from './cellActions';
import { DataTable } from './DataTable';
import styles from './TableView.module.css';
import { meaningOf, type TableCell, tableModel } from './tableModel';
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
  const isMeasure = useCallback((name: string) => members.byName.get(name)?.kind === 'measure', [members]);
  const refused = totalsRefused(query, isMeasure);
  const totals = useTotals(wantsTotals && refused === null ? answered.asked : null, axes);
  const rows = totals.kind === 'there' ? totals.totals : null;
  const grid = useMemo(() => gridOf(result, axes), [result, axes]);
  const isPart = (query.offset ?? 0) > 0 || answered.answer.results.some(isCut);
  const model = useMemo(() => tableModel(grid, result, rows, isPart), [grid, result, rows, isPart]);
  const actionsOf = useCallback(
    (row: number, place: number): readonly MenuAction[] => [
      ...cellActions(meaningOf(grid, row, place), { answered, result, axes, isMeasure }).map(
        ({ id, label, action }) => ({
          id,
          label,
          icon: ICONS[id],
          onAction: () => dispatch(action),
        }),
      ),
      ...copying(model.columns[place]?.cell(row)),
    ],
    [grid, model, answered, result, axes, isMeasure, dispatch],
  );
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
          actionsOf={actionsOf}
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

const ICONS = {
  only: <Filter aria-hidden="true" />,
  without: <FilterX aria-hidden="true" />,
  behind: <Rows3 aria-hidden="true" />,
};

/** The value as it came, exact. */
function copying(cell: TableCell | undefined): MenuAction[] {
  // Pages that are not on this machine and not encrypted have no clipboard.
  if (cell?.raw === undefined || cell.raw === null || navigator.clipboard === undefined) return [];
  const text = String(cell.raw);
  const copy = { id: 'copy', label: 'Copy', detail: text, icon: <Copy aria-hidden="true" /> };
  return [{ ...copy, onAction: () => void navigator.clipboard.writeText(text) }];
}
