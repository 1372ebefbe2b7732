/** How a server is, as people read it: sizes, durations, and what needs attention. */

import type { Health } from '../api/health';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'] as const;

/** `1536` is `1.5 KiB`. */
export function bytesWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size.toLocaleString(undefined, { maximumFractionDigits: unit === 0 ? 0 : 1 })} ${UNITS[unit]}`;
}

/** The two largest parts of a duration: `3700` is `1 h 1 min`. */
export function durationWords(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  if (from === -1) return '0 s';
  const shown = parts.slice(from, from + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** A source that takes longer to answer nothing is worth a look. */
export const SLOW_MS = 1000;

/** What needs somebody's attention, most urgent first; each says what it means for those who ask. */
export function troubles({ sources, model, tokens, audit }: Health): string[] {
  const silent = sources.filter((source) => !source.answers).map((source) => source.name);
  const slow = sources.filter((source) => source.answers && source.milliseconds > SLOW_MS);
  const found: string[] = [];
  if (silent.length > 0) {
    const what = silent.length === 1 ? 'The data source' : 'The data sources';
    found.push(
      `${what} ${silent.join(', ')} ${silent.length === 1 ? 'does' : 'do'} not answer: queries of it fail.`,
    );
  }
  if (model.errors.length > 0) {
    const count = `${model.errors.length} ${model.errors.length === 1 ? 'problem' : 'problems'}`;
    const meaning = model.version === null ? 'nothing is answered' : 'the model of before answers';
    found.push(`The model has ${count}: ${meaning}.`);
  }
  if (tokens.revocations !== null && !tokens.revocations.is_known) {
    found.push('The list of revoked tokens cannot be read: nobody is let in.');
  }
  for (const set of tokens.keys) {
    if (set.holds === 0) found.push(`There are no keys of ${set.place}: its tokens are refused.`);
    else if (set.is_stale) {
      found.push(
        `The keys of ${set.place} cannot be fetched: those of before hold for ${durationWords(set.holds)}.`,
      );
    }
  }
  if (tokens.revocations?.is_known && tokens.revocations.failure !== null) {
    found.push('The list of revoked tokens cannot be read: the last one holds for a while.');
  }
  if (audit?.failing) {
    found.push(
      `Audit records cannot be written: ${audit.required ? 'nothing is answered' : 'answers are not on record'}.`,
    );
  }
  for (const source of slow) {
    found.push(
      `The data source ${source.name} answers slowly: ${source.milliseconds.toLocaleString()} ms for nothing.`,
    );
  }
  return found;
}

/** How large a part is, in whole percent; a dash of nothing. */
export function shareWords(part: number, all: number): string {
  return all === 0 ? '–' : `${Math.floor((part / all) * 100)}%`;
}

/** How long ago something was; `null` never. */
export function agoWords(seconds: number | null): string {
  if (seconds === null) return 'never';
  return seconds < 5 ? 'just now' : `${durationWords(seconds)} ago`;
}
