import type { Meta } from '@cubejs-client/core';
import { useMemo, useState } from 'react';
import { held, type Filters } from '../filters';
import { wholeOf } from '../measures';
import { isSeries, isWide, type Tile } from '../tile';
import { Icon } from '../ui/Icon';
import { useAnswer } from '../useAnswer';
import { AnswerView } from './AnswerView';

interface Props {
  meta: Meta;
  tile: Tile;
  filters: Filters;
  today: string;
  onRemove: (() => void) | undefined;
}

// A tile with its frame: title, the same as a table, and what is to be said while there is no answer.
export function TileCard({ meta, tile, filters, today, onRemove }: Props) {
  const [asTable, setAsTable] = useState(false);
  const query = useMemo(
    () => held(tile.query, filters, today, isSeries(tile.shape) ? 'series' : 'sum', tile.compared === true),
    [tile, filters, today],
  );
  const whole = useMemo(() => wholeOf(query, tile.shape, meta), [query, tile.shape, meta]);
  const answering = useAnswer(query, whole);
  const isChart = tile.shape !== 'number' && tile.shape !== 'table';
  return (
    <article className={`tile ${tile.shape} ${isWide(tile.shape) ? 'wide' : ''}`} aria-label={tile.title} aria-busy={answering.isLoading} data-tile={tile.id} tabIndex={-1}>
      <div className="tile-head">
        <h2>{tile.title}</h2>
        {isChart && (
          <button type="button" className="quiet round" aria-label={`${tile.title} as a table`} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Icon name={asTable ? 'chart' : 'table'} />
          </button>
        )}
        {onRemove && (
          <button type="button" className="quiet round" data-removes aria-label={`Remove ${tile.title}`} onClick={onRemove}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <AnswerView
        {...answering}
        query={query}
        meta={meta}
        shape={asTable ? 'table' : tile.shape}
        title={tile.title}
        better={tile.better}
      />
    </article>
  );
}
