/** How a value changed against another. Exact: numbers come as text, and are subtracted digit by digit. */

import type { Cell } from './pivot';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** `value` less `before`, as text; null where one of them is no number. */
export function difference(value: Cell | undefined, before: Cell | undefined): string | null {
  if (!isNumber(value) || !isNumber(before)) return null;
  const [a, b] = [DECIMAL.exec(value), DECIMAL.exec(before)];
  if (a === null || b === null) return String(Number(value) - Number(before));
  const places = Math.max(a[3]?.length ?? 0, b[3]?.length ?? 0);
  const units = unitsIn(a, places) - unitsIn(b, places);
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const whole = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return units < 0n ? `-${whole}` : whole;
}

/** The difference as a share of `before`; null where that is zero, or there is no difference. */
export function relativeChange(value: Cell | undefined, before: Cell | undefined): number | null {
  const changed = difference(value, before);
  if (changed === null || Number(before) === 0) return null;
  return Number(changed) / Math.abs(Number(before));
}

function isNumber(value: Cell | undefined): value is string {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
}

function unitsIn([, sign = '', whole = '0', fraction = '']: RegExpExecArray, places: number): bigint {
  return BigInt(`${sign}${whole}${fraction.padEnd(places, '0')}`);
}
