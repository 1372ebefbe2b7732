/** The operators that filters have: what they are called, for which types, and how many values they take. */

import type { Comparison, Operator } from './query';

export type MemberType = 'string' | 'number' | 'time' | 'boolean';

export interface OperatorKind {
  label: string;
  /** `none`: it takes no value; `one`, `many`; `range`: two dates. */
  values: 'none' | 'one' | 'many' | 'range';
}

const TEXT: Partial<Record<Operator, OperatorKind>> = {
  equals: { label: 'is', values: 'many' },
  notEquals: { label: 'is not', values: 'many' },
  contains: { label: 'contains', values: 'many' },
  notContains: { label: 'does not contain', values: 'many' },
  startsWith: { label: 'starts with', values: 'many' },
  notStartsWith: { label: 'does not start with', values: 'many' },
  endsWith: { label: 'ends with', values: 'many' },
  notEndsWith: { label: 'does not end with', values: 'many' },
};

const NUMBER: Partial<Record<Operator, OperatorKind>> = {
  equals: { label: '=', values: 'many' },
  notEquals: { label: '≠', values: 'many' },
  gt: { label: '>', values: 'one' },
  gte: { label: '≥', values: 'one' },
  lt: { label: '<', values: 'one' },
  lte: { label: '≤', values: 'one' },
};

const TIME: Partial<Record<Operator, OperatorKind>> = {
  inDateRange: { label: 'is in', values: 'range' },
  notInDateRange: { label: 'is not in', values: 'range' },
  beforeDate: { label: 'is before', values: 'one' },
  beforeOrOnDate: { label: 'is before or on', values: 'one' },
  afterDate: { label: 'is after', values: 'one' },
  afterOrOnDate: { label: 'is after or on', values: 'one' },
};

const BOOLEAN: Partial<Record<Operator, OperatorKind>> = {
  equals: { label: 'is', values: 'one' },
  notEquals: { label: 'is not', values: 'one' },
};

const ANY: Partial<Record<Operator, OperatorKind>> = {
  set: { label: 'has a value', values: 'none' },
  notSet: { label: 'has no value', values: 'none' },
};

const BY_TYPE: Record<MemberType, Partial<Record<Operator, OperatorKind>>> = {
  string: { ...TEXT, ...ANY },
  number: { ...NUMBER, ...ANY },
  time: { ...TIME, ...ANY },
  boolean: { ...BOOLEAN, ...ANY },
};

/** The operators for members of this type, in the order in which they are offered. */
export function operatorsFor(type: MemberType): readonly [Operator, OperatorKind][] {
  return Object.entries(BY_TYPE[type]) as [Operator, OperatorKind][];
}

// How the rows behind a measure are asked for: only those that it is made of.
const OF_MEASURE: OperatorKind = { label: 'only rows that it is made of', values: 'none' };

/** What is known of an operator. One that is not offered takes any number of values. */
export function kindOf(operator: Operator, type: MemberType): OperatorKind {
  if (operator === 'measureFilter') return OF_MEASURE;
  return BY_TYPE[type][operator] ?? { label: operator, values: 'many' };
}

/** The operator that a new filter on a member of this type begins with. */
export function firstOperator(type: MemberType): Operator {
  return type === 'time' ? 'inDateRange' : type === 'number' ? 'gt' : 'equals';
}

const VALUELESS: ReadonlySet<Operator> = new Set<Operator>(['set', 'notSet', 'measureFilter']);

/** Whether a filter has the values that it needs. */
export function isComplete({ operator, values }: Comparison): boolean {
  return VALUELESS.has(operator) || (values !== undefined && values.length > 0);
}
