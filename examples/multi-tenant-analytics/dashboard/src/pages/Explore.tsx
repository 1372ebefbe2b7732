import type { Meta } from '@cubejs-client/core';
import { useMemo, useRef, useState } from 'react';
import { changed, type Dashboard as Saved } from '../dashboards';
import { NO_FILTERS } from '../filters';
import { wholeOf } from '../measures';
import { PERIODS } from '../period';
import { fromText, isAsked, queryOf, seen, tileQuery, toText, turned, type Question } from '../question';
import { go } from '../route';
import { SHAPES, type Shape, type Tile } from '../tile';
import { AnswerView } from '../tiles/AnswerView';
import { Dialog } from '../ui/Dialog';
import { focusAfter } from '../ui/focus';
import { Icon } from '../ui/Icon';
import { useAnswer } from '../useAnswer';
import type { Keep } from '../useSaved';

interface Props {
  meta: Meta;
  question: string;
  saved: readonly Saved[];
  onKeep: Keep;
}

// Any measures by any dimensions that the caller may see, and the answer as a tile for a dashboard.
export function Explore({ meta, question: text, saved, onKeep }: Props) {
  const question = useMemo(() => seen(fromText(text), meta), [text, meta]);
  const ask = (next: Question) => go({ page: 'explore', question: toText(next) });
  const today = new Date().toISOString().slice(0, 10);
  const query = useMemo(() => (isAsked(question) ? queryOf(question, today) : null), [question, today]);
  const whole = useMemo(() => query && wholeOf(query, question.shape, meta), [query, question.shape, meta]);
  const answering = useAnswer(query, whole);
  const [keeping, setKeeping] = useState(false);
  const title = titleOf(question, meta);

  return (
    <>
      <div className="heading">
        <h1 tabIndex={-1}>Explore</h1>
        <div className="actions">
          <button type="button" disabled={!isAsked(question)} onClick={() => setKeeping(true)}>Add to a dashboard…</button>
        </div>
      </div>
      <div className="explore">
        <form className="members" aria-label="Question" onSubmit={(event) => event.preventDefault()}>
          <Members legend="Measures" kind="measures" meta={meta} chosen={question.measures} onTurn={(name) => ask({ ...question, measures: turned(question.measures, name) })} />
          <Members legend="Dimensions" kind="dimensions" meta={meta} chosen={question.dimensions} onTurn={(name) => ask({ ...question, dimensions: turned(question.dimensions, name) })} />
        </form>
        <section className="result" aria-label="Answer">
          <div className="filters">
            <label className="field">
              Period
              <select value={question.period} onChange={({ target }) => ask({ ...question, period: target.value as Question['period'] })}>
                {Object.entries(PERIODS).map(([name, label]) => <option key={name} value={name}>{label}</option>)}
                <option value="all">All time</option>
              </select>
            </label>
            <label className="field">
              Shown as
              <select value={question.shape} onChange={({ target }) => ask({ ...question, shape: target.value as Shape })}>
                {Object.entries(SHAPES).map(([name, label]) => <option key={name} value={name}>{label}</option>)}
              </select>
            </label>
          </div>
          <article className={`tile ${question.shape}`} aria-label="Answer" aria-busy={answering.isLoading} tabIndex={-1}>
            {query ? (
              <>
                <div className="tile-head"><h2>{title}</h2></div>
                <AnswerView
                  {...answering}
                  // The title is that of the question, and so are the numbers below it.
                  answer={answering.isLoading ? null : answering.answer}
                  query={query}
                  meta={meta}
                  shape={question.shape}
                  title={title}
                />
              </>
            ) : (
              <p className="nothing">Choose a measure to begin, such as how many orders there were, and what to divide it by.</p>
            )}
          </article>
        </section>
      </div>
      {keeping && (
        <AddTile
          title={title}
          saved={saved}
          onClose={() => setKeeping(false)}
          onAdd={(name, place, placeName) => {
            const tile: Tile = { id: crypto.randomUUID(), title: name, shape: question.shape, query: tileQuery(question) };
            const own = saved.find((one) => one.id === place);
            const next: Saved = own ?? { id: crypto.randomUUID(), name: placeName, filters: NO_FILTERS, tiles: [tile] };
            onKeep((kept) => (own ? changed(kept, own.id, (now) => ({ ...now, tiles: [...now.tiles, tile] })) : [...kept, next]));
            go({ page: 'dashboard', id: next.id, filters: next.filters });
          }}
        />
      )}
    </>
  );
}

type Kind = 'measures' | 'dimensions';

function Members({ legend, kind, meta, chosen, onTurn }: { legend: string; kind: Kind; meta: Meta; chosen: readonly string[]; onTurn: (name: string) => void }) {
  const [sought, setSought] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const wanted = sought.trim().toLowerCase();
  const cubes = meta.cubes.map((cube) => ({
    title: cube.title,
    members: cube[kind].filter((one) => one.type !== 'time' && (!wanted || one.title.toLowerCase().includes(wanted))),
  })).filter(({ members }) => members.length > 0);
  return (
    <fieldset>
      <legend>{legend}{chosen.length > 0 && <span className="count">{chosen.length}</span>}</legend>
      {chosen.length > 0 && (
        <div className="chips">
          {chosen.map((name) => (
            <button
              key={name}
              type="button"
              aria-label={`Remove ${titleOfMember(name, kind, meta)}`}
              onClick={() => focusAfter(() => onTurn(name), () => search.current)}
            >
              {titleOfMember(name, kind, meta)}
              <Icon name="close" />
            </button>
          ))}
        </div>
      )}
      <input ref={search} type="search" aria-label={`Search ${legend.toLowerCase()}`} placeholder="Search" value={sought} onChange={(event) => setSought(event.target.value)} />
      <div className="list" tabIndex={0} role="group" aria-label={legend}>
        {cubes.map(({ title, members }) => (
          <div key={title} role="group" aria-label={title}>
            <p className="cube">{title}</p>
            {members.map(({ name, shortTitle, description }) => (
              <label key={name} className="choice" title={description}>
                <input type="checkbox" checked={chosen.includes(name)} onChange={() => onTurn(name)} />
                {shortTitle}
              </label>
            ))}
          </div>
        ))}
        {cubes.length === 0 && <p className="nothing">Nothing is called so.</p>}
      </div>
    </fieldset>
  );
}

function AddTile({ title, saved, onAdd, onClose }: { title: string; saved: readonly Saved[]; onAdd: (name: string, place: string, placeName: string) => void; onClose: () => void }) {
  const [name, setName] = useState(title);
  const [place, setPlace] = useState(saved[0]?.id ?? '');
  const [placeName, setPlaceName] = useState('My dashboard');
  return (
    <Dialog title="Add to a dashboard" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAdd(name.trim(), place, placeName.trim());
          onClose();
        }}
      >
        <label className="field">
          Title
          <input value={name} onChange={(event) => setName(event.target.value)} maxLength={80} required pattern=".*\S.*" autoFocus />
        </label>
        <label className="field">
          Dashboard
          <select value={place} onChange={(event) => setPlace(event.target.value)}>
            {saved.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            <option value="">A new one</option>
          </select>
        </label>
        {!place && (
          <label className="field">
            Its name
            <input value={placeName} onChange={(event) => setPlaceName(event.target.value)} maxLength={60} required pattern=".*\S.*" />
          </label>
        )}
        <div className="actions">
          <button type="button" className="quiet" onClick={onClose}>Cancel</button>
          <button type="submit" className="primary">Add</button>
        </div>
      </form>
    </Dialog>
  );
}

function titleOfMember(name: string, kind: Kind, meta: Meta): string {
  const found = meta.resolveMember(name, kind);
  return 'error' in found ? name : found.title;
}

// Of what is shown: a number and a donut show one measure, and a number no groups.
function titleOf(question: Question, meta: Meta): string {
  const { measures = [], dimensions = [] } = tileQuery(question);
  const counted = measures.map((name) => titleOfMember(name, 'measures', meta)).join(', ');
  const by = dimensions.map((name) => titleOfMember(name, 'dimensions', meta)).join(', ');
  return counted && by ? `${counted} by ${by}` : counted || by;
}
