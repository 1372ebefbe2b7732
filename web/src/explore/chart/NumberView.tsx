import { ArrowDown, ArrowRight, ArrowUp } from 'lucide-react';
import { difference, relativeChange } from '../../query/change';
import type { Row } from '../../query/pivot';
import { RANGES } from '../../query/query';
import type { Column, Result } from '../result';
import styles from './NumberView.module.css';

/** Each measure as one large number; where ranges are compared that of the first, with its change against the others. */
export function NumberView({ result }: { result: Result }) {
  const [row, ...others] = result.rows;
  const range = result.columns.get(RANGES);
  return (
    <dl className={styles.numbers}>
      {result.measures.map((measure) => {
        const column = result.columns.get(measure);
        return (
          <div key={measure} className={styles.number}>
            <dt className={styles.title}>
              {column?.title ?? measure}
              {range !== undefined && <span className={styles.range}>{range.write(row?.[RANGES])}</span>}
            </dt>
            <dd className={styles.value} title={String(row?.[measure] ?? '')}>
              {column?.write(row?.[measure] ?? null) ?? ''}
            </dd>
            {column !== undefined &&
              others.map((before, place) => (
                <Change
                  // biome-ignore lint/suspicious/noArrayIndexKey: a range is its place
                  key={place}
                  column={column}
                  row={row ?? {}}
                  before={before}
                  range={range?.write(before[RANGES]) ?? ''}
                />
              ))}
          </div>
        );
      })}
    </dl>
  );
}

interface ChangeProps {
  column: Column;
  row: Row;
  before: Row;
  /** What the range of `before` is called. */
  range: string;
}

const SHARE = new Intl.NumberFormat(undefined, {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

function Change({ column, row, before, range }: ChangeProps) {
  const was = before[column.key];
  const changed = column.type === 'number' ? difference(row[column.key], was) : null;
  const share = relativeChange(row[column.key], was);
  const Icon =
    changed === null || Number(changed) === 0 ? ArrowRight : Number(changed) > 0 ? ArrowUp : ArrowDown;
  return (
    <dd className={styles.change}>
      {changed !== null && (
        <span className={styles.changed}>
          <Icon aria-hidden="true" />
          {signed(changed, column)}
          {share !== null && column.format !== 'percent' && ` (${SHARE.format(share)})`}
        </span>
      )}
      <span>
        {changed === null ? '' : 'from '}
        {column.write(was ?? null)} in {range}
      </span>
    </dd>
  );
}

/** A difference with its sign; one of shares is in points, so that nobody takes it for a share of the share. */
function signed(changed: string, column: Column): string {
  const size = changed.replace(/^-/, '');
  const sign = changed.startsWith('-') ? '−' : Number(changed) === 0 ? '±' : '+';
  const written = column.write(size);
  return sign + (column.format === 'percent' ? `${written.replace(/\s?%/, '')} points` : written);
}
