import type { ResultSet } from '@cubejs-client/core';
import { useCallback, useMemo } from 'react';
import { change, groupsOf, numbersOf, seriesOf, tableOf, type Series } from '../answer';
import { barChart, columnChart, donutChart, lineChart, type Colours } from '../charts';
import { formatChange, formatNumber, formatValue } from '../format';
import type { Shape, Tile } from '../tile';
import { Chart } from '../ui/Chart';
import { Icon } from '../ui/Icon';
import { messageOf } from '../ui/Refused';

interface Props {
  answer: ResultSet | null;
  error: Error | null;
  isLoading: boolean;
  isSlow: boolean;
  shape: Shape;
  title: string;
  better?: Tile['better'];
}

// An answer in its shape, or what is to be said in its place. That of before stays, faded, until the next one is there,
// unless that takes long.
export function AnswerView({ answer, error, isLoading, isSlow, ...shown }: Props) {
  if (error) return <p className="said" role="alert">{messageOf(error)}</p>;
  if (!answer || (isLoading && isSlow)) return <p className="waiting" role="status">{isSlow ? 'Still running…' : 'Loading…'}</p>;
  return (
    <div className={isLoading ? 'answer stale' : 'answer'}>
      <Shown answer={answer} {...shown} />
    </div>
  );
}

function Shown({ answer, shape, title, better }: Omit<Props, 'error' | 'isLoading' | 'isSlow' | 'answer'> & { answer: ResultSet }) {
  if (shape === 'number') return <NumberView answer={answer} better={better} />;
  if (shape === 'table') return <TableView answer={answer} title={title} />;
  return <ChartView answer={answer} shape={shape} title={title} />;
}

function NumberView({ answer, better }: { answer: ResultSet; better: Tile['better'] }) {
  const { now, before, about } = numbersOf(answer);
  const by = change({ now, before });
  const way = by === null || by === 0 || !better ? 'even' : by > 0 === (better === 'more') ? 'good' : 'bad';
  return (
    <>
      <p className="figure">{formatValue(now, about, true)}</p>
      <p className={`change ${way}`}>
        {by === null ? (
          <span>No value to compare with</span>
        ) : (
          <>
            <strong>
              {by !== 0 && <Icon name={by > 0 ? 'up' : 'down'} />}
              {formatChange(by)}
            </strong>
            <span>before: {formatValue(before, about, true)}</span>
          </>
        )}
      </p>
    </>
  );
}

function TableView({ answer, title }: { answer: ResultSet; title: string }) {
  const { columns, rows } = tableOf(answer);
  if (rows.length === 0) return <p className="nothing">No rows in this period.</p>;
  const isNumber = (type: string) => type === 'number';
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`Rows of ${title}`}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, title: head, about }) => <th key={name} scope="col" className={isNumber(about.type) ? 'right' : ''}>{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map(({ name, about }) => (
                <td key={name} className={isNumber(about.type) ? 'right' : ''}>{formatValue(row[name], about)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ChartView({ answer, shape, title }: { answer: ResultSet; shape: Exclude<Shape, 'number' | 'table'>; title: string }) {
  const series = useMemo(() => (shape === 'line' || shape === 'columns' ? seriesOf(answer) : groupsOf(answer)), [answer, shape]);
  const draw = useCallback((colours: Colours) => {
    switch (shape) {
      case 'line':
        return lineChart(series, colours);
      case 'columns':
        return columnChart(series, colours);
      case 'bars':
        return barChart(series, colours);
      case 'donut':
        return donutChart(series, colours);
    }
  }, [series, shape]);
  if (isEmpty(series)) return <p className="nothing">No rows in this period.</p>;
  return <Chart draw={draw} label={summary(title, series)} />;
}

const isEmpty = ({ lines }: Series) => lines.every(({ values }) => values.every((value) => value === null || value === 0));

// What a chart says, in a sentence.
function summary(title: string, series: Series): string {
  const sums = series.lines.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    const most = known.length > 0 ? formatNumber(Math.max(...known), series.about) : 'nothing';
    return `${name}: at most ${most}`;
  });
  return `${title}, ${series.labels.length} ${series.labels.length === 1 ? 'value' : 'values'}. ${sums.join('; ')}.`;
}
