import type { Meta, Query, ResultSet } from '@cubejs-client/core';
import { useCallback, useMemo } from 'react';
import { addsUp, change, difference, groupsOf, numbersOf, seriesOf, tableOf, type Series } from '../answer';
import { barChart, columnChart, donutChart, heightOf, lineChart, type Colours } from '../charts';
import { formatChange, formatNumber, formatPoints, formatValue } from '../format';
import { zeroOf } from '../measures';
import { isSeries, type Shape, type Tile } from '../tile';
import { Chart } from '../ui/Chart';
import { Icon } from '../ui/Icon';
import { messageOf } from '../ui/Refused';
import { askAgain } from '../useAnswer';

interface Shows {
  // The answer to a query without its dimensions, where its parts may make up a whole.
  whole: ResultSet | null;
  query: Query;
  meta: Meta;
  shape: Shape;
  title: string;
  better?: Tile['better'];
}

interface Props extends Shows {
  answer: ResultSet | null;
  error: Error | null;
  isLoading: boolean;
  isSlow: boolean;
}

// An answer in its shape, or what is to be said in its place. That of before stays, faded, until the next one is there,
// unless that takes long.
export function AnswerView({ answer, error, isLoading, isSlow, ...shown }: Props) {
  if (error) {
    return (
      <div className="failed" role="alert">
        <p className="said">{messageOf(error)}</p>
        <button type="button" aria-label={`Try again: ${shown.title}`} onClick={({ currentTarget }) => { currentTarget.closest('article')?.focus(); askAgain(); }}>Try again</button>
      </div>
    );
  }
  if (!answer || (isLoading && isSlow)) return <p className="waiting" role="status">{isSlow ? 'Still running…' : 'Loading…'}</p>;
  return (
    <div className={isLoading ? 'answer stale' : 'answer'}>
      <Shown answer={answer} {...shown} />
    </div>
  );
}

type WithAnswer = Shows & { answer: ResultSet };

function Shown(shows: WithAnswer) {
  if (shows.shape === 'number') return <NumberView answer={shows.answer} better={shows.better} />;
  if (shows.shape === 'table') return <TableView {...shows} />;
  return <ChartView {...shows} shape={shows.shape} />;
}

function NumberView({ answer, better }: { answer: ResultSet; better: Tile['better'] }) {
  const { now, before, about } = numbersOf(answer);
  // Of a share people expect the difference, and not a percentage of a percentage.
  const isShare = about.format === 'percent';
  const by = isShare ? difference({ now, before }) : change({ now, before });
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
              {isShare ? formatPoints(by) : formatChange(by)}
            </strong>
            <span>before: {formatValue(before, about, true)}</span>
          </>
        )}
      </p>
    </>
  );
}

function TableView({ answer, query, meta, title }: WithAnswer) {
  const { columns, rows } = tableOf(answer, zeroOf(query, meta));
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

function ChartView({ answer, whole, query, meta, shape, title }: WithAnswer & { shape: Exclude<Shape, 'number' | 'table'> }) {
  const series = useMemo(() => (isSeries(shape) ? seriesOf(answer, zeroOf(query, meta)) : groupsOf(answer)), [answer, query, meta, shape]);
  const isWhole = useMemo(() => whole !== null && addsUp(series, whole), [series, whole]);
  const draw = useCallback((colours: Colours) => {
    switch (shape) {
      case 'line':
        return lineChart(series, colours);
      case 'columns':
        return columnChart(series, colours, isWhole);
      case 'bars':
        return barChart(series, colours);
      case 'donut':
        return isWhole ? donutChart(series, colours) : barChart(series, colours);
    }
  }, [series, shape, isWhole]);
  if (isEmpty(series)) return <p className="nothing">No rows in this period.</p>;
  return (
    <>
      <Chart draw={draw} label={summary(title, series)} height={heightOf(series)} />
      {shape === 'donut' && !isWhole && <p className="note">As bars, because these values are no parts of a whole.</p>}
    </>
  );
}

const isEmpty = ({ lines }: Series) => lines.every(({ values }) => values.every((value) => value === null));

// What a chart says, in a sentence.
function summary(title: string, series: Series): string {
  const sums = series.lines.map(({ name, values, about }) => {
    const known = values.filter((value) => value !== null);
    const most = known.length > 0 ? formatNumber(Math.max(...known), about) : 'nothing';
    return `${name}: at most ${most}`;
  });
  return `${title}, ${series.labels.length} ${series.labels.length === 1 ? 'value' : 'values'}. ${sums.join('; ')}.`;
}
