import {
  ChartArea,
  ChartColumn,
  ChartLine,
  ChartPie,
  Download,
  Grid3x3,
  Hash,
  Link as LinkIcon,
  type LucideIcon,
  Redo2,
  Rows4,
  Table2,
  Trash2,
  Undo2,
} from 'lucide-react';
import { useRef } from 'react';
import type { Axes, Chart } from '../query/query';
import { Button, IconButton } from '../ui/Button';
import { Menu, type MenuAction } from '../ui/Menu';
import { Segmented } from '../ui/Segmented';
import { Spinner } from '../ui/State';
import { Switch } from '../ui/Switch';
import { useKeptFocus } from '../ui/useKeptFocus';
import type { ImageFormat, RowFormat } from './exporting';
import { PivotPopup } from './PivotPopup';
import type { Column } from './result';
import styles from './Toolbar.module.css';
import type { Explored } from './useExploration';
import type { Saving } from './useSaving';

const CHARTS: readonly [Chart, string, LucideIcon][] = [
  ['line', 'Line', ChartLine],
  ['bar', 'Bar', ChartColumn],
  ['area', 'Area', ChartArea],
  ['pie', 'Pie', ChartPie],
  ['number', 'Number', Hash],
  ['table', 'Table', Table2],
  ['heat', 'Heat map', Grid3x3],
];

export interface ToolbarProps {
  explored: Explored;
  /** Whether there is an answer, or will be: without one there is nothing to show or save. */
  isAsked: boolean;
  chart: Chart;
  axes: Axes;
  columns: ReadonlyMap<string, Column>;
  canSaveRows: boolean;
  canSaveChart: boolean;
  saving: Saving;
  onSaveRows: (format: RowFormat) => void;
  onSaveChart: (format: ImageFormat) => void;
}

/** What is done with a view: how its answer is shown, where that goes, and the ways back. */
export function Toolbar({ explored, isAsked, saving, ...answer }: ToolbarProps) {
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place);
  return (
    <div ref={place} className={styles.toolbar} role="group" aria-label="How the answer is shown">
      {isAsked && <Shown explored={explored} {...answer} />}
      <div className={styles.right}>
        <IconButton
          size="s"
          label="Undo"
          icon={<Undo2 />}
          isDisabled={!explored.canUndo}
          onPress={explored.undo}
        />
        <IconButton
          size="s"
          label="Redo"
          icon={<Redo2 />}
          isDisabled={!explored.canRedo}
          onPress={explored.redo}
        />
        <IconButton
          size="s"
          label="Start anew"
          icon={<Trash2 />}
          onPress={() => explored.dispatch({ type: 'clear' })}
        />
        <ShareButton />
        {saving.saves !== null && (
          <>
            <Spinner label={`Saving ${saving.saves}`} />
            <Button size="s" onPress={saving.cancel}>
              Cancel
            </Button>
          </>
        )}
        {isAsked && (
          <Menu label="Save the answer" actions={saveActions(answer)}>
            <Button size="s" isPending={saving.saves !== null}>
              <Download aria-hidden="true" />
              Export
            </Button>
          </Menu>
        )}
      </div>
    </div>
  );
}

type ShownProps = Pick<ToolbarProps, 'explored' | 'chart' | 'axes' | 'columns'>;

/** The chart, and how rows, columns and totals are laid out in it. */
function Shown({ explored: { exploration, dispatch }, chart, axes, columns }: ShownProps) {
  return (
    <>
      <Segmented
        aria-label="Chart"
        segments={CHARTS.map(([id, label, Icon]) => ({ id, label, icon: <Icon aria-hidden="true" /> }))}
        value={chart}
        onChange={(chosen) => dispatch({ type: 'setChart', chart: chosen })}
      />
      {chart !== 'number' && chart !== 'pie' && (
        <PivotPopup
          axes={axes}
          columns={columns}
          measures={exploration.query.measures ?? []}
          onMove={(member, by) => dispatch({ type: 'move', shelf: 'measures', member, by })}
          onChange={(next) => dispatch({ type: 'setAxes', axes: next })}
        >
          <Button tone="quiet" size="s">
            <Rows4 aria-hidden="true" />
            Pivot
          </Button>
        </PivotPopup>
      )}
      {chart === 'table' && (
        <Switch
          isSelected={exploration.totals}
          onChange={(totals) => dispatch({ type: 'setTotals', totals })}
        >
          Totals
        </Switch>
      )}
    </>
  );
}

function ShareButton() {
  // Pages that are not on this machine and not encrypted have no clipboard.
  if (navigator.clipboard === undefined) return null;
  return (
    <IconButton
      size="s"
      label="Copy the address of this view"
      icon={<LinkIcon />}
      onPress={() => navigator.clipboard.writeText(location.href)}
    />
  );
}

type Saves = Pick<ToolbarProps, 'canSaveRows' | 'canSaveChart' | 'onSaveRows' | 'onSaveChart'>;

function saveActions({ canSaveRows, canSaveChart, onSaveRows, onSaveChart }: Saves): readonly MenuAction[] {
  const rows = (id: RowFormat, label: string, detail: string): MenuAction => ({
    id,
    label,
    detail,
    isDisabled: !canSaveRows,
    onAction: () => onSaveRows(id),
  });
  const image = (id: ImageFormat, label: string): MenuAction => ({
    id,
    label,
    detail: 'the chart as it is shown',
    isDisabled: !canSaveChart,
    onAction: () => onSaveChart(id),
  });
  return [
    rows('csv', 'CSV', 'all rows, for spreadsheets'),
    rows('parquet', 'Parquet', 'all rows with their types'),
    rows('json', 'JSON', 'all rows, as the API gives them'),
    image('png', 'PNG'),
    image('svg', 'SVG'),
  ];
}
