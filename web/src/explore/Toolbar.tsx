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
import type { Axes, Chart } from '../query/query';
import type { Action } from '../query/reduce';
import { Button, IconButton } from '../ui/Button';
import { Menu, type MenuAction } from '../ui/Menu';
import { Segmented } from '../ui/Segmented';
import { Switch } from '../ui/Switch';
import type { ImageFormat, RowFormat } from './exporting';
import { PivotPopup } from './PivotPopup';
import type { Column } from './result';
import styles from './Toolbar.module.css';
import type { Explored } from './useExploration';

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
  chart: Chart;
  axes: Axes;
  columns: ReadonlyMap<string, Column>;
  canSaveRows: boolean;
  canSaveChart: boolean;
  onSaveRows: (format: RowFormat) => void;
  onSaveChart: (format: ImageFormat) => void;
}

/** What is done with an answer: how it is shown, and where it goes. */
export function Toolbar({ explored, chart, axes, columns, ...saving }: ToolbarProps) {
  const { exploration, dispatch } = explored;
  const act = (action: Action) => () => dispatch(action);
  return (
    <div className={styles.toolbar} role="group" aria-label="How the answer is shown">
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
        <IconButton size="s" label="Start anew" icon={<Trash2 />} onPress={act({ type: 'clear' })} />
        <ShareButton />
        <Menu label="Save the answer" actions={saveActions(saving)}>
          <Button size="s">
            <Download aria-hidden="true" />
            Export
          </Button>
        </Menu>
      </div>
    </div>
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

type Saving = Pick<ToolbarProps, 'canSaveRows' | 'canSaveChart' | 'onSaveRows' | 'onSaveChart'>;

function saveActions({ canSaveRows, canSaveChart, onSaveRows, onSaveChart }: Saving): readonly MenuAction[] {
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
