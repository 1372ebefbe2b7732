// A question on the explore page: which members, over which period, shown how. It stands in the address.

import type { Meta, Query } from '@cubejs-client/core';
import { held, NO_FILTERS, TIME } from './filters';
import { PERIODS, type PeriodName } from './period';
import { isAnswerable, isSeries, SHAPES, type Shape } from './tile';

export interface Question {
  readonly measures: readonly string[];
  readonly dimensions: readonly string[];
  readonly period: PeriodName | 'all';
  readonly shape: Shape;
}
export const NO_QUESTION: Question = { measures: [], dimensions: [], period: '90d', shape: 'bars' };

export const toText = (question: Question) => JSON.stringify(question);

// What stands in the address may be anything; what is no question is none.
export function fromText(text: string): Question {
  try {
    const asked = JSON.parse(text) as Partial<Record<keyof Question, unknown>>;
    const names = (value: unknown) => (Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []);
    return {
      measures: names(asked.measures),
      dimensions: names(asked.dimensions),
      period: typeof asked.period === 'string' && (asked.period === 'all' || asked.period in PERIODS) ? (asked.period as Question['period']) : NO_QUESTION.period,
      shape: typeof asked.shape === 'string' && asked.shape in SHAPES ? (asked.shape as Shape) : NO_QUESTION.shape,
    };
  } catch {
    return NO_QUESTION;
  }
}

// Adds a member, or takes it away.
export const turned = (names: readonly string[], name: string) =>
  names.includes(name) ? names.filter((other) => other !== name) : [...names, name];

// Only what the caller's model has: an address may come from somebody who sees more.
export function seen(question: Question, meta: Meta): Question {
  return {
    ...question,
    measures: question.measures.filter((name) => isAnswerable({ measures: [name] }, meta)),
    dimensions: question.dimensions.filter((name) => isAnswerable({ dimensions: [name] }, meta)),
  };
}

export const isAsked = ({ measures, dimensions, shape }: Question) =>
  measures.length > 0 || (shape === 'table' && dimensions.length > 0);

// The query of a tile, without time: that comes of the dashboard on which it is.
export function tileQuery({ measures, dimensions, shape }: Question): Query {
  const [first] = measures;
  const asked = isSeries(shape) || shape === 'number' ? {} : { limit: shape === 'table' ? 100 : 12 };
  return {
    ...(measures.length > 0 ? { measures: shape === 'number' || shape === 'donut' ? measures.slice(0, 1) : [...measures] } : {}),
    ...(dimensions.length > 0 && shape !== 'number' ? { dimensions: [...dimensions] } : {}),
    ...(first && !isSeries(shape) ? { order: { [first]: 'desc' } } : {}),
    ...asked,
  };
}

export function queryOf(question: Question, today: string): Query {
  const query = tileQuery(question);
  if (question.period !== 'all') {
    return held(query, { ...NO_FILTERS, period: question.period }, today, isSeries(question.shape) ? 'series' : 'sum', false);
  }
  return isSeries(question.shape) ? { ...query, timeDimensions: [{ dimension: TIME, granularity: 'month' }] } : query;
}
