// <kubus-chart>: a query of a kubus server as a chart in any page. One file without dependencies, taken as it is:
//
//   <script type="module" src="https://analytics.example.com/kubus-chart.js"></script>
//   <kubus-chart query='{"measures": ["Orders.count"], "dimensions": ["Orders.status"]}'></kubus-chart>
//
// It stays small because it draws little: lines, areas, bars, a number, a table. Texts are set as texts, never as HTML;
// styles are made by script, so that a page whose policy forbids inline styles can have it.

const SHAPES = ['line', 'area', 'bar', 'number', 'table'];
const HEIGHT = 240;
const HOME = new URL('.', import.meta.url).href;

const isParsed = document.readyState === 'complete' || performance.getEntriesByType('navigation')[0]?.domContentLoadedEventStart > 0;
const parsed = isParsed ? Promise.resolve() : new Promise((resolve) => { document.addEventListener('DOMContentLoaded', resolve, { once: true }); });

const COLOURS = [['#3550c8', '#8b9dff'], ['#12857a', '#4cc9ba'], ['#c06a12', '#f0a45a'], ['#8b4fbf', '#c79af0'], ['#c2385b', '#f48aa6']];
const colour = (index) => `var(--colour-${(index % COLOURS.length) + 1})`;

const STYLE = `
  :host { display: block; color-scheme: inherit; font: 14px/20px system-ui, sans-serif;
    ${COLOURS.map(([light, dark], i) => `--colour-${i + 1}: var(--kubus-chart-${i + 1}, light-dark(${light}, ${dark}));`).join(' ')}
    --faint: light-dark(#556070, #a5afbc); --line: light-dark(#dfe3e8, #343c46); }
  :host([hidden]) { display: none; }
  figure { margin: 0; position: relative; }
  figcaption { font-weight: 600; margin-bottom: 8px; }
  svg { display: block; width: 100%; overflow: visible; }
  text { font-size: 12px; fill: var(--faint); font-variant-numeric: tabular-nums; }
  text.value { fill: currentColor; }
  .rule { stroke: var(--line); }
  .number { font-size: 32px; line-height: 40px; font-weight: 650; font-variant-numeric: tabular-nums; }
  .said { margin: 0; color: var(--faint); min-height: 40px; }
  .said.wrong { color: light-dark(#b3261e, #ff8f85); overflow-wrap: anywhere; }
  ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 16px; margin: 0 0 4px; padding: 0; font-size: 12px; color: var(--faint); }
  li::before { content: ''; display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 3px; background: var(--of); }
  .read { position: absolute; top: 0; right: 0; font-size: 12px; color: var(--faint); pointer-events: none; }
  details { margin-top: 4px; font-size: 12px; }
  summary { color: var(--faint); cursor: pointer; width: fit-content; }
  :focus-visible { outline: 2px solid var(--colour-1); outline-offset: 2px; }
  .rows { overflow: auto; max-height: 320px; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  th { font-size: 12px; color: var(--faint); }
  .right { text-align: right; }
`;

// ---------------------------------------------------------------------------------------------------- asking

/** Why a server refused, and with which status; 0 if it was not reached. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The answer to a query, asked again while the server says that it is still at it. */
export async function ask(api, query, token, signal) {
  const address = `${api}/v1/load?query=${encodeURIComponent(JSON.stringify(query))}`;
  const headers = token ? { authorization: token } : {};
  // Longer addresses do not pass everywhere.
  const [place, request] = address.length < 2000
    ? [address, { headers }]
    : [`${api}/v1/load`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query }) }];
  for (;;) {
    let response;
    try {
      response = await fetch(place, { ...request, signal, credentials: 'omit' });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refused('The server cannot be reached', 0);
    }
    const answer = await response.json().catch(() => ({}));
    if (answer.error === 'Continue wait') continue;
    if (!response.ok) throw new Refused(String(answer.error ?? `The server answered ${response.status}`), response.status);
    return answer;
  }
}

// What each function that gives tokens is asked now, and the token that it gave in place of one that was refused. Charts
// that ask at the same time share the asking, and so do charts whose same token is refused within some seconds.
const givers = new WeakMap();
const SHARED_MS = 10_000;

/** The token of `given`, which is one or a function that gives one; after `refused` was refused, another one. */
export async function tokenOf(given, refused) {
  if (typeof given !== 'function') return given;
  if (!givers.has(given)) givers.set(given, { asked: new Map() });
  const known = givers.get(given);
  const renew = refused !== undefined;
  if (renew && known.renewed?.of === refused && performance.now() - known.renewed.at < SHARED_MS) return known.renewed.token;
  if (!known.asked.has(renew)) {
    const asking = (async () => given({ renew }))();
    known.asked.set(renew, asking);
    const over = () => known.asked.delete(renew);
    asking.then(over, over);
    if (renew) asking.then((token) => { known.renewed = { of: refused, token, at: performance.now() }; }, () => {});
  }
  return known.asked.get(renew);
}

// ------------------------------------------------------------------------------------------------- the answer

/** Columns in the order of the query, with title, type and format. */
export function columnsOf({ query, annotation }) {
  const times = (query.timeDimensions ?? []).filter((time) => time.granularity)
    .map(({ dimension, granularity }) => [`${dimension}.${granularity}`, annotation.timeDimensions, 'time', granularity]);
  const dimensions = (query.dimensions ?? []).map((name) => [name, annotation.dimensions, 'dimension']);
  const measures = (query.measures ?? []).map((name) => [name, annotation.measures, 'measure']);
  return [...times, ...dimensions, ...measures].map(([name, known, kind, granularity]) => {
    const about = known?.[name] ?? {};
    return { name, kind, granularity, title: about.shortTitle ?? name, type: about.type ?? 'string', ...formatOf(about.format), currency: about.currency };
  });
}

/** A format, and how many digits it has after the point: `percent_1` comes as the alias of what d3 would print. */
export function formatOf(format) {
  const [, name, digits] = /^([a-z]+)(?:_(\d))?$/.exec(format?.alias ?? format) ?? [];
  return { format: name, ...(digits === undefined ? {} : { digits: Number(digits) }) };
}

export const shapeOf = (asked, columns) => {
  if (SHAPES.includes(asked)) return asked;
  if (!columns.some(({ kind }) => kind === 'measure')) return 'table';
  if (columns.some(({ kind }) => kind === 'time')) return 'line';
  return columns.length === 1 ? 'number' : 'bar';
};

export function asNumber(value) {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Steps of a granularity from one moment to another; none for one that is not the calendar's own. */
export function steps(first, last, granularity) {
  const days = { day: 1, week: 7 }[granularity];
  const months = { month: 1, quarter: 3, year: 12 }[granularity];
  const milliseconds = { second: 1e3, minute: 6e4, hour: 36e5 }[granularity];
  if (!days && !months && !milliseconds) return [];
  const found = [];
  for (let time = first; time <= last && found.length < 5000;) {
    found.push(time);
    const next = new Date(time);
    if (days) next.setUTCDate(next.getUTCDate() + days);
    else if (months) next.setUTCMonth(next.getUTCMonth() + months);
    else next.setTime(time + milliseconds);
    time = next.getTime();
  }
  return found;
}

// Wall time of the query's zone stands in answers without a zone; it is read and shown as UTC, and so stays as it is.
const moment = (text) => Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);

/** A line for each measure and each group, with a value or null at each of `times`. */
export function linesOf(columns, rows, locale) {
  const [time] = columns.filter(({ kind }) => kind === 'time');
  const groups = columns.filter((column) => column !== time && column.kind !== 'measure');
  const measures = columns.filter(({ kind }) => kind === 'measure');
  const lines = new Map();
  const known = new Set();
  for (const row of rows) {
    const at = moment(String(row[time.name]));
    if (Number.isNaN(at)) continue;
    known.add(at);
    const group = groups.map((column) => nameOf(row, column, locale)).join(', ');
    for (const measure of measures) {
      // By the values themselves: nothing, an empty text and the text "none" are three groups.
      const key = JSON.stringify([measure.name, ...groups.map(({ name }) => row[name] ?? null)]);
      const name = [group, measures.length > 1 || !group ? measure.title : ''].filter(Boolean).join(' · ');
      if (!lines.has(key)) lines.set(key, { name, measure, cells: new Map() });
      lines.get(key).cells.set(at, row[measure.name] ?? null);
    }
  }
  const sorted = [...known].sort((a, b) => a - b);
  const whole = sorted.length > 0 ? steps(sorted[0], sorted.at(-1), time.granularity) : [];
  // Steps that miss a time of the answer are not those of this granularity.
  const times = sorted.every((at) => whole.includes(at)) ? whole : sorted;
  return {
    time,
    times,
    lines: [...lines.values()].map(({ cells, ...line }) => {
      const texts = times.map((at) => cells.get(at) ?? null);
      return { ...line, cells: texts, values: texts.map(asNumber) };
    }),
  };
}

// How a group is called in a chart: a value, or that there is none.
const nameOf = (row, column, locale) => {
  const value = row[column.name] ?? null;
  return value === null ? '(none)' : value === '' ? '(empty)' : formatValue(value, column, locale);
};

/** Things by their measures' units, which never share a scale; each with its place among all. */
export function byUnit(things, measureOf) {
  const units = new Map();
  things.forEach((thing, index) => {
    const { format, currency } = measureOf(thing);
    const unit = format === 'percent' ? format : format === 'currency' ? `${format} ${currency}` : '';
    units.set(unit, [...(units.get(unit) ?? []), { thing, index }]);
  });
  return [...units.values()];
}

/** Round numbers for an axis, from below the least to above the greatest; zero is always among them. */
export function ticks(values, wanted = 4) {
  const least = Math.min(0, ...values);
  // Of nothing but zeros, an axis up to one.
  const most = Math.max(0, ...values) || (least === 0 ? 1 : 0);
  const rough = (most - least) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999);
  const from = Math.floor(least / width);
  const to = Math.max(Math.ceil(most / width), from + 1);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * width).toPrecision(12)));
}

// --------------------------------------------------------------------------------------------------- as text

const DATES = {
  year: { year: 'numeric' }, month: { year: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short', year: 'numeric' }, day: { day: 'numeric', month: 'short', year: 'numeric' },
  time: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
};

/** A number as its measure says. As text it may have any number of digits, and all of them are written. */
export function formatNumber(exact, { format, digits: wanted, currency = 'USD' }, locale, compact = false) {
  const number = Math.abs(Number(exact));
  // What the usual digits would make a zero of.
  const isTiny = wanted === undefined && number > 0 && number < (format === 'percent' ? 0.001 : 0.01);
  const usual = wanted === undefined ? { maximumFractionDigits: format === 'percent' ? 1 : 2 } : { minimumFractionDigits: wanted, maximumFractionDigits: wanted };
  const digits = isTiny ? { maximumSignificantDigits: 2 } : usual;
  const short = compact && number >= 10_000 && format !== 'percent' ? { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 } : {};
  return new Intl.NumberFormat(locale, { ...styleOf(format, currency), ...digits, ...short }).format(exact);
}

/** Numbers at an axis, all with as many digits as the step between them needs. */
export function formatTicks(marks, { format, currency = 'USD' }, locale) {
  const digits = decimals((marks[1] - marks[0]) * (format === 'percent' ? 100 : 1));
  const isShort = Math.max(...marks.map(Math.abs)) >= 10_000 && format !== 'percent';
  // Half a dollar has two digits.
  const fixed = format === 'currency' && digits === 1 ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const short = { notation: 'compact', maximumSignificantDigits: 6 };
  const numbers = new Intl.NumberFormat(locale, { ...styleOf(format, currency), ...(isShort ? short : fixed) });
  return marks.map((mark) => numbers.format(mark));
}

const styleOf = (format, currency) => (format === 'percent' ? { style: 'percent' } : format === 'currency' ? { style: 'currency', currency } : {});

// How many digits a round number has after its point.
function decimals(number) {
  const [digits, power = '0'] = Number(number.toPrecision(10)).toExponential().split('e');
  return Math.min(20, Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(power)));
}

export function formatValue(value, column, locale) {
  if (value === null || value === undefined || value === '') return '–';
  if (column.type === 'time') {
    const at = moment(String(value));
    return Number.isNaN(at) ? String(value) : formatTime(at, column.granularity, locale);
  }
  return column.type === 'number' && asNumber(value) !== null ? formatNumber(value, column, locale) : String(value);
}

/** A step of a granularity. `isShort` leaves out the year of a day. */
export function formatTime(at, granularity, locale, isShort = false) {
  const date = new Date(at);
  // Browsers have no words for quarters.
  if (granularity === 'quarter') return `Q${Math.floor(date.getUTCMonth() / 3) + 1} ${date.getUTCFullYear()}`;
  const { year, ...rest } = DATES[granularity] ?? DATES.time;
  const isDay = granularity === 'day' || granularity === 'week';
  return date.toLocaleString(locale, { timeZone: 'UTC', ...rest, ...(isShort && isDay ? {} : { year }) });
}

// ------------------------------------------------------------------------------------------------- as elements

const SVG = new Set(['svg', 'g', 'path', 'line', 'rect', 'circle', 'text']);

function element(name, attributes = {}, ...children) {
  const made = SVG.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const coloured = (made, property, index) => {
  made.style.setProperty(property, colour(index));
  return made;
};

const legend = (named) =>
  element('ul', { 'aria-hidden': 'true' }, ...named.map(([name, index]) => coloured(element('li', {}, name), '--of', index)));

function table({ columns, rows, locale, label }) {
  const side = ({ type }) => (type === 'number' ? { class: 'right' } : {});
  return element('div', { class: 'rows', tabindex: '0', role: 'region', 'aria-label': `Values of ${label}` }, element('table', {},
    element('thead', {}, element('tr', {}, ...columns.map((column) => element('th', { scope: 'col', ...side(column) }, column.title)))),
    element('tbody', {}, ...rows.map((row) => element('tr', {},
      ...columns.map((column) => element('td', side(column), formatValue(row[column.name], column, locale))))))));
}

// Lines of one unit share a scale; each further unit has a drawing of its own below.
function lineChart(drawn) {
  const { time, times, lines } = linesOf(drawn.columns, drawn.rows, drawn.locale);
  if (lines.length === 0) return [element('p', { class: 'said' }, 'No rows')];
  const units = byUnit(lines, ({ measure }) => measure);
  const height = Math.max(120, drawn.height / units.length);
  const parts = units.map((unit) => linePart({ ...drawn, time, times, unit, height, label: labelOf(drawn.label, units, unit.map(({ thing }) => thing.name)) }));
  return lines.length > 1 ? [legend(lines.map(({ name }, index) => [name, index])), ...parts] : parts;
}

function linePart({ time, times, unit, width, height, locale, label, filled, read }) {
  const lines = unit.map(({ thing, index }) => ({ ...thing, index }));
  const marks = ticks(lines.flatMap((line) => line.values.filter((value) => value !== null)));
  const names = formatTicks(marks, lines[0].measure, locale);
  const left = 12 + Math.max(...names.map((name) => name.length)) * 7;
  const [top, bottom, right] = [8, 24, 12];
  const span = times.at(-1) - times[0] || 1;
  const x = (at) => left + ((at - times[0]) / span) * (width - left - right);
  const y = (value) => top + (1 - (value - marks[0]) / (marks.at(-1) - marks[0])) * (height - top - bottom);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img', 'aria-label': label });
  marks.forEach((mark, index) => svg.append(
    element('line', { class: 'rule', x1: left, x2: width - right, y1: y(mark), y2: y(mark) }),
    element('text', { x: left - 8, y: y(mark) + 4, 'text-anchor': 'end' }, names[index])));
  // Within a year its number says nothing; over more, the same day comes again.
  const isShort = span < 365 * 864e5;
  const every = Math.ceil(times.length / Math.max(2, Math.floor((width - left) / (isShort ? 88 : 112))));
  times.forEach((at, index) => {
    if (index % every === 0) svg.append(element('text', { x: x(at), y: height - 4, 'text-anchor': index === 0 && every < times.length ? 'start' : 'middle' }, formatTime(at, time.granularity, locale, isShort)));
  });
  for (const line of lines) {
    for (const run of runs(line.values)) {
      const points = run.map((step) => `${x(times[step])},${y(line.values[step])}`);
      if (points.length === 1) {
        const [cx, cy] = points[0].split(',');
        svg.append(coloured(element('circle', { cx, cy, r: 3 }), 'fill', line.index));
        continue;
      }
      if (filled) {
        const area = `M${x(times[run[0]])},${y(0)}L${points.join('L')}L${x(times[run.at(-1)])},${y(0)}Z`;
        svg.append(coloured(element('path', { d: area, 'fill-opacity': 0.14 }), 'fill', line.index));
      }
      svg.append(coloured(element('path', { d: `M${points.join('L')}`, fill: 'none', 'stroke-width': 2, 'stroke-linejoin': 'round' }), 'stroke', line.index));
    }
  }
  const rule = element('line', { class: 'rule', y1: top, y2: height - bottom, visibility: 'hidden' });
  svg.append(rule);
  svg.addEventListener('pointermove', (event) => {
    const at = ((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width) * width;
    const step = times.reduce((best, one, index) => (Math.abs(x(one) - at) < Math.abs(x(times[best]) - at) ? index : best), 0);
    for (const end of ['x1', 'x2']) rule.setAttribute(end, x(times[step]));
    rule.setAttribute('visibility', 'visible');
    read(`${formatTime(times[step], time.granularity, locale)}: ${lines.map((line) => formatValue(line.cells[step], line.measure, locale)).join(', ')}`);
  });
  svg.addEventListener('pointerleave', () => {
    rule.setAttribute('visibility', 'hidden');
    read('');
  });
  return svg;
}

// Of several drawings each says what is in it.
const labelOf = (label, units, names) => (units.length > 1 ? `${names.join(', ')}. ${label}` : label);

/** Stretches of steps that have a value: where there is none, a line has a gap. */
export function runs(values) {
  const found = [[]];
  values.forEach((value, step) => (value === null ? found.push([]) : found.at(-1).push(step)));
  return found.filter((run) => run.length > 0);
}

// Bars of one unit share a scale; each further unit has a drawing of its own below.
function barChart(drawn) {
  const measures = drawn.columns.filter(({ kind }) => kind === 'measure');
  const units = byUnit(measures, (measure) => measure);
  const parts = units.map((unit) => barPart({ ...drawn, unit, label: labelOf(drawn.label, units, unit.map(({ thing }) => thing.title)) }));
  return measures.length > 1 ? [legend(measures.map(({ title }, index) => [title, index])), ...parts] : parts;
}

function barPart({ columns, rows, unit, width, locale, label }) {
  const groups = columns.filter(({ kind }) => kind !== 'measure');
  const bar = unit.length > 1 ? 12 : 18;
  const band = bar * unit.length + 12;
  const names = rows.map((row) => groups.map((column) => nameOf(row, column, locale)).join(', '));
  const left = Math.min(Math.max(...names.map((name) => name.length), 0) * 7 + 12, width * 0.4);
  const values = rows.map((row) => unit.map(({ thing }) => asNumber(row[thing.name])));
  const known = values.flat().filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)];
  const right = 72;
  const x = (value) => left + ((value - least) / (most - least || 1)) * (width - left - right);
  const height = Math.max(rows.length * band, band);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img', 'aria-label': label });
  const longest = Math.max(4, Math.floor((left - 12) / 7));
  rows.forEach((shown, row) => {
    const top = row * band + 6;
    const name = names[row].length > longest ? `${names[row].slice(0, longest - 1)}…` : names[row];
    svg.append(element('text', { class: 'value', x: left - 8, y: top + (bar * unit.length) / 2 + 4, 'text-anchor': 'end' }, name));
    unit.forEach(({ thing: measure, index }, place) => {
      const value = values[row][place];
      if (value === null) return;
      const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
      svg.append(
        coloured(element('rect', { x: from, y: top + place * bar, width: Math.max(to - from, 1), height: bar - 2, rx: 3 }), 'fill', index),
        element('text', { x: to + 6, y: top + place * bar + bar / 2 + 3 }, formatNumber(shown[measure.name], measure, locale, true)));
    });
  });
  return svg;
}

// -------------------------------------------------------------------------------------------------- the element

export class KubusChart extends HTMLElement {
  static observedAttributes = ['query', 'api', 'type', 'heading', 'locale', 'height'];

  static #everyones = undefined;
  static #onPage = new Set();

  /** Who asks, for every chart that has no `token` of its own: a token, or a function that gives one, now or later. */
  static get token() {
    return KubusChart.#everyones;
  }

  static set token(given) {
    KubusChart.#everyones = given;
    for (const chart of KubusChart.#onPage) if (chart.#own === undefined) chart.#plan();
  }

  #own = undefined;
  #shown = undefined;
  #stop = undefined;
  #planned = false;
  #width = 0;
  #observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === this.#width) return;
    this.#width = width;
    if (this.#shown) this.#draw();
  });

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
    // What a page set before this file was there stands in front of the properties below.
    for (const name of ['token', 'query']) {
      if (!Object.hasOwn(this, name)) continue;
      const given = this[name];
      delete this[name];
      this[name] = given;
    }
  }

  get token() {
    return this.#own;
  }

  set token(given) {
    this.#own = given;
    if (this.isConnected) this.#plan();
  }

  get query() {
    return JSON.parse(this.getAttribute('query') ?? 'null');
  }

  set query(query) {
    this.setAttribute('query', JSON.stringify(query));
  }

  connectedCallback() {
    KubusChart.#onPage.add(this);
    this.#observer.observe(this);
    this.#plan();
  }

  disconnectedCallback() {
    KubusChart.#onPage.delete(this);
    this.#observer.disconnect();
    this.#stop?.abort();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === 'query' || name === 'api') this.#plan();
    else if (this.#shown) this.#draw();
  }

  /** Ask again. */
  reload() {
    this.#plan();
  }

  // Attributes that change together are one question, and so is what a script says right after it has this file.
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => {
      this.#planned = false;
      if (this.isConnected) void this.#load();
    });
  }

  async #load() {
    this.#stop?.abort();
    const { signal } = (this.#stop = new AbortController());
    this.setAttribute('aria-busy', 'true');
    if (!this.#shown) this.#say('Loading…');
    try {
      const query = this.#asked();
      const api = (this.getAttribute('api') ?? `${HOME}cubejs-api`).replace(/\/+$/, '');
      // Scripts of a page that is still being read may yet say who asks.
      if (this.#giver() === undefined) await parsed;
      const given = this.#giver();
      const token = await tokenOf(given);
      signal.throwIfAborted();
      let answer;
      try {
        answer = await ask(api, query, token, signal);
      } catch (error) {
        // A token that was good may have ended meanwhile: whoever gives tokens is asked once for a fresh one.
        if (!(error instanceof Refused && (error.status === 403 || error.status === 401) && typeof given === 'function')) throw error;
        const fresh = await tokenOf(given, token ?? '');
        signal.throwIfAborted();
        answer = await ask(api, query, fresh, signal);
      }
      if (signal.aborted) return;
      const columns = columnsOf(answer);
      this.#shown = { columns, rows: answer.data };
      this.#draw();
      this.dispatchEvent(new CustomEvent('kubus-answer', { detail: { columns, rows: answer.data } }));
    } catch (error) {
      if (signal.aborted) return;
      this.#shown = undefined;
      this.#say(error?.message || String(error ?? 'There is no token'), 'wrong');
      this.dispatchEvent(new CustomEvent('kubus-error', { detail: error }));
    } finally {
      if (!signal.aborted) this.removeAttribute('aria-busy');
    }
  }

  #asked() {
    let query;
    try {
      query = this.query;
    } catch {
      throw new Error('The attribute query is no JSON');
    }
    if (query === null || typeof query !== 'object' || Array.isArray(query)) throw new Error('The attribute query has to be a query as JSON');
    if ((query.timeDimensions ?? []).some((time) => time.compareDateRange)) throw new Error('A chart shows one period: compareDateRange is not for it');
    return query;
  }

  #giver() {
    return this.#own ?? KubusChart.token;
  }

  #say(text, kind = '') {
    this.shadowRoot.replaceChildren(...this.#heading(), element('p', { class: `said ${kind}`, role: kind ? 'alert' : 'status' }, text));
  }

  #heading() {
    const heading = this.getAttribute('heading');
    return heading ? [element('figcaption', {}, heading)] : [];
  }

  #draw() {
    const { columns, rows } = this.#shown;
    const locale = this.getAttribute('locale') || undefined;
    const shape = shapeOf(this.getAttribute('type'), columns);
    const width = Math.max(this.#width || this.clientWidth, 200);
    const height = Number(this.getAttribute('height')) || HEIGHT;
    const read = element('span', { class: 'read', 'aria-hidden': 'true' });
    const heading = this.getAttribute('heading');
    const label = `${heading || columns.map(({ title }) => title).join(', ')}: ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
    const drawn = { columns, rows, width, height, locale, label, read: (text) => { read.textContent = text; } };
    let inside;
    try {
      inside = rows.length === 0 ? [element('p', { class: 'said' }, 'No rows')] : this.#shape(shape, drawn);
    } catch (error) {
      this.#say(error.message, 'wrong');
      return;
    }
    const values = rows.length > 0 && (shape === 'line' || shape === 'area' || shape === 'bar')
      ? [element('details', {}, element('summary', {}, 'Values'), table(drawn))]
      : [];
    this.#replace(element('figure', {}, ...this.#heading(), read, ...inside, ...values));
  }

  // A reader who has opened the values, scrolled in them or stands in them still has and does, when there are new ones.
  #replace(figure) {
    const before = this.shadowRoot;
    const [isOpen, top, focused] = [before.querySelector('details')?.open, before.querySelector('.rows')?.scrollTop, before.activeElement?.className || before.activeElement?.localName];
    before.replaceChildren(figure);
    const details = figure.querySelector('details');
    if (details && isOpen) details.open = true;
    const rows = figure.querySelector('.rows');
    if (rows && top) rows.scrollTop = top;
    if (focused) figure.querySelector(focused === 'rows' ? '.rows' : focused)?.focus({ preventScroll: true });
  }

  #shape(shape, drawn) {
    const { columns, rows, locale } = drawn;
    const needs = (kind, what) => {
      if (!columns.some((column) => column.kind === kind)) throw new Error(`A ${shape} needs ${what}`);
    };
    if (shape === 'table') return [table(drawn)];
    needs('measure', 'a measure');
    if (shape === 'number') {
      if (rows.length > 1) throw new Error(`A number shows one row, and the answer has ${rows.length}: leave out what groups them, or set a limit of 1`);
      const [measure] = columns.filter(({ kind }) => kind === 'measure');
      return [element('div', { class: 'number' }, formatValue(rows[0][measure.name], measure, locale))];
    }
    if (shape === 'bar') return barChart(drawn);
    needs('time', 'a time dimension with a granularity');
    return lineChart({ ...drawn, filled: shape === 'area' });
  }
}

if (!customElements.get('kubus-chart')) customElements.define('kubus-chart', KubusChart);
