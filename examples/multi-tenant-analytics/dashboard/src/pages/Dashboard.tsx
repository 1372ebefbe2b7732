import type { Meta } from '@cubejs-client/core';
import { useState } from 'react';
import { changed, putAt, sameFilters, type Dashboard as Saved } from '../dashboards';
import { NO_FILTERS, type Filters } from '../filters';
import { go, hashOf, OVERVIEW } from '../route';
import { isAnswerable, OVERVIEW_TILES, type Tile } from '../tile';
import { TileCard } from '../tiles/TileCard';
import { Dialog } from '../ui/Dialog';
import { focusAfter } from '../ui/focus';
import type { Told } from '../ui/Notice';
import type { Keep } from '../useSaved';
import { FilterBar } from './FilterBar';

interface Props {
  meta: Meta;
  id: string;
  filters: Filters;
  saved: readonly Saved[];
  onKeep: Keep;
  onTell: (told: Told) => void;
}

// The overview that everybody has, or a dashboard that somebody saved, of those tiles whose members the caller may see.
export function Dashboard({ meta, id, filters, saved, onKeep, onTell }: Props) {
  const [naming, setNaming] = useState(false);
  const own = saved.find((one) => one.id === id);
  const all: readonly Tile[] = own?.tiles ?? OVERVIEW_TILES;
  const tiles = all.filter((tile) => isAnswerable(tile.query, meta));
  const numbers = tiles.filter((tile) => tile.shape === 'number');
  const others = tiles.filter((tile) => tile.shape !== 'number');
  const today = new Date().toISOString().slice(0, 10);
  const open = (next: Filters) => go({ page: 'dashboard', id, filters: next });

  if (!own && id !== OVERVIEW) {
    return (
      <div className="empty">
        <h1 tabIndex={-1}>There is no such dashboard</h1>
        <p>It was deleted, or saved in another browser or by somebody else.</p>
        <p><a href="#/">Back to the overview</a></p>
      </div>
    );
  }

  const remove = (one: Saved, tile: Tile) => {
    const place = one.tiles.indexOf(tile);
    const shown = tiles.indexOf(tile);
    const next = tiles[shown + 1] ?? tiles[shown - 1];
    focusAfter(
      () => {
        onKeep((kept) => changed(kept, id, (now) => ({ ...now, tiles: now.tiles.filter((other) => other.id !== tile.id) })));
        onTell({
          at: id, text: `${tile.title} was removed.`,
          undo: () => onKeep((kept) => changed(kept, id, (now) => ({ ...now, tiles: putAt(now.tiles, place, tile) }))),
        });
      },
      () => document.querySelector(`[data-tile="${next?.id}"] button[data-removes]`),
    );
  };

  const erase = (one: Saved) => {
    const place = saved.indexOf(one);
    onKeep((kept) => kept.filter((other) => other.id !== id));
    onTell({
      at: OVERVIEW, text: `${one.name} was deleted.`,
      undo: () => {
        onKeep((kept) => putAt(kept, place, one));
        go({ page: 'dashboard', id, filters });
      },
    });
    go({ page: 'dashboard', id: OVERVIEW, filters: NO_FILTERS });
  };

  const card = (tile: Tile) => (
    <TileCard
      key={tile.id}
      meta={meta}
      tile={tile}
      filters={filters}
      today={today}
      onRemove={own && (() => remove(own, tile))}
    />
  );

  return (
    <>
      <div className="heading">
        <h1 tabIndex={-1}>{own?.name ?? 'Overview'}</h1>
        {saved.length > 0 && (
          <nav aria-label="Dashboards" className="pills">
            <a href={hashOf({ page: 'dashboard', id: OVERVIEW, filters: NO_FILTERS })} aria-current={own ? undefined : 'page'}>Overview</a>
            {saved.map((one) => (
              <a key={one.id} href={hashOf({ page: 'dashboard', id: one.id, filters: one.filters })} aria-current={one.id === id ? 'page' : undefined}>
                {one.name}
              </a>
            ))}
          </nav>
        )}
        <div className="actions">
          {own && !sameFilters(own.filters, filters) && (
            <button
              type="button"
              onClick={() => focusAfter(() => {
                onKeep((kept) => changed(kept, id, (now) => ({ ...now, filters })));
                onTell({ at: id, text: 'The filters were saved.', undo: () => onKeep((kept) => changed(kept, id, (now) => ({ ...now, filters: own.filters }))) });
              })}
            >
              Save filters
            </button>
          )}
          {own && <button type="button" className="quiet" onClick={() => erase(own)}>Delete</button>}
          <button type="button" onClick={() => setNaming(true)}>Save as…</button>
        </div>
      </div>
      <FilterBar meta={meta} filters={filters} onChange={open} />
      {numbers.length > 0 && <section className="numbers" aria-label="Numbers">{numbers.map(card)}</section>}
      <section className="tiles" aria-label="Charts and tables">{others.map(card)}</section>
      {tiles.length === 0 && <p className="empty">There is nothing on this dashboard that you may see.</p>}
      {tiles.length < all.length && tiles.length > 0 && (
        <p className="note">
          {all.length - tiles.length} {all.length - tiles.length === 1 ? 'tile is' : 'tiles are'} not part of your role.
        </p>
      )}
      {naming && (
        <SaveAs
          onClose={() => setNaming(false)}
          onName={(name) => {
            const one: Saved = { id: crypto.randomUUID(), name, filters, tiles: all };
            onKeep((kept) => [...kept, one]);
            go({ page: 'dashboard', id: one.id, filters });
          }}
        />
      )}
    </>
  );
}

function SaveAs({ onName, onClose }: { onName: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  return (
    <Dialog title="Save this dashboard" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onName(name.trim());
          onClose();
        }}
      >
        <p>Its tiles and filters are kept in this browser, for you.</p>
        <label className="field">
          Name
          <input value={name} onChange={(event) => setName(event.target.value)} maxLength={60} required pattern=".*\S.*" autoFocus />
        </label>
        <div className="actions">
          <button type="button" className="quiet" onClick={onClose}>Cancel</button>
          <button type="submit" className="primary">Save</button>
        </div>
      </form>
    </Dialog>
  );
}
