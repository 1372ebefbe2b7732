import { useCubeQuery } from '@cubejs-client/react';
import { useMemo, useState } from 'react';
import { held, type Filters } from '../filters';
import { daysOf, granularityOf } from '../period';
import { isSeries, isWide, type Tile } from '../tile';
import { Icon } from '../ui/Icon';
import { AnswerView } from './AnswerView';

interface Props {
  tile: Tile;
  filters: Filters;
  today: string;
  onRemove: (() => void) | undefined;
}

// A tile with its frame: title, the same as a table, and what is to be said while there is no answer.
export function TileCard({ tile, filters, today, onRemove }: Props) {
  const [asTable, setAsTable] = useState(false);
  const query = useMemo(
    () => held(tile.query, filters, today, isSeries(tile.shape) ? 'series' : 'sum', tile.compared === true),
    [tile, filters, today],
  );
  const { resultSet, isLoading, error, progress } = useCubeQuery(query, { resetResultSetOnChange: false });
  const isChart = tile.shape !== 'number' && tile.shape !== 'table';
  const granularity = granularityOf(daysOf(filters.period, today));
  return (
    <article className={`tile ${tile.shape} ${isWide(tile.shape) ? 'wide' : ''}`} aria-label={tile.title} aria-busy={isLoading} data-tile={tile.id}>
      <div className="tile-head">
        <h2>{tile.title}</h2>
        {isChart && (
          <button type="button" className="quiet round" aria-label={`${tile.title} as a table`} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Icon name={asTable ? 'chart' : 'table'} />
          </button>
        )}
        {onRemove && (
          <button type="button" className="quiet round" aria-label={`Remove ${tile.title}`} onClick={onRemove}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <AnswerView
        answer={resultSet}
        error={error}
        isLoading={isLoading}
        isSlow={Boolean(progress)}
        shape={asTable ? 'table' : tile.shape}
        granularity={granularity}
        title={tile.title}
        better={tile.better}
      />
    </article>
  );
}
