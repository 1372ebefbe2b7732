/** What may be written at a place in claims: those that the project reads, and groups of its policies. No React. */

import { jsonLanguage } from '@codemirror/lang-json';
import type { ClaimsRead } from '../api/access';

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

export interface Offered {
  /** What it takes the place of. */
  from: number;
  to: number;
  options: readonly { label: string; detail: string; apply: string }[];
}

/** What is offered at a place; null for nothing. */
export function offered(
  { claims, groups, groupsClaim }: ClaimsRead,
  text: string,
  place: number,
): Offered | null {
  const at = placeIn(text, place);
  if (at === null) return null;
  const begun = text.slice(at.from, place).replace(/^"/, '').toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(begun);
  if (at.kind === 'value') {
    if (groupsClaim === null || !same(at.path, groupsClaim)) return null;
    const options = groups
      .filter((group) => !at.taken.has(group) && fits(group))
      .map((group) => ({ label: group, detail: 'a group of policies', apply: JSON.stringify(group) }));
    return options.length === 0 ? null : { from: at.from, to: at.to, options };
  }
  const readers = new Map<string, string[]>();
  const inner = new Set<string>();
  for (const { path, readBy } of claims) {
    const step = path[at.path.length];
    if (step === undefined || !same(path.slice(0, at.path.length), at.path)) continue;
    if (at.taken.has(step) || !fits(step)) continue;
    readers.set(step, [...(readers.get(step) ?? []), ...readBy]);
    if (path.length > at.path.length + 1) inner.add(step);
  }
  const options = [...readers].map(([label, readBy]) => ({
    label,
    detail: [...new Set(readBy)].join(', '),
    apply: `${JSON.stringify(label)}${at.isNamed ? '' : `: ${inner.has(label) ? '{' : ''}`}`,
  }));
  return options.length === 0 ? null : { from: at.from, to: at.to, options };
}

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((step, place) => step === other[place]);

interface PlaceInClaims {
  kind: 'name' | 'value';
  /** The names that lead to the object or list around. */
  path: readonly string[];
  from: number;
  to: number;
  /** What is in it already, but for what is written here. */
  taken: ReadonlySet<string>;
  /** Whether a colon follows. */
  isNamed: boolean;
}

/** Where one writes: a name in an object, or a value. */
function placeIn(text: string, place: number): PlaceInClaims | null {
  const tree = jsonLanguage.parser.parse(text);
  const read = (node: Node) => text.slice(node.from, node.to);
  const word = /["\w]*$/.exec(text.slice(0, place))?.[0] ?? '';
  const from = place - word.length;
  let node: Node | null = tree.resolveInner(place, -1);
  const own = node.from === from && (node.name === 'PropertyName' || node.name === 'String') ? node : null;
  const to = own === null ? place : Math.max(own.to, place);
  const before = text.slice(0, from).trimEnd().at(-1);

  while (node !== null && node.name !== 'Object' && node.name !== 'Array' && node.name !== 'Property') {
    node = node.parent;
  }
  if (node === null) return null;
  if (node.name === 'Property') {
    const isValue = before === ':';
    if (!isValue && own?.name !== 'PropertyName') return null;
    const path = pathOf(isValue ? node : (node.parent as Node), read);
    if (isValue) return { kind: 'value', path, from, to, taken: new Set(), isNamed: false };
    node = node.parent as Node;
  }
  if (before !== '{' && before !== ',' && before !== '[' && before !== ':') return null;
  const path = pathOf(node, read);
  const isList = node.name === 'Array';
  const taken = new Set<string>();
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const named = isList ? child : child.firstChild;
    if (named !== null && named.from !== from && (named.name === 'PropertyName' || named.name === 'String')) {
      taken.add(unquoted(read(named)));
    }
  }
  if (isList) return { kind: 'value', path, from, to, taken, isNamed: false };
  return { kind: 'name', path, from, to, taken, isNamed: /^\s*:/.test(text.slice(to)) };
}

/** The names of the properties around a node, outermost first. */
function pathOf(node: Node, read: (node: Node) => string): string[] {
  const path: string[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    const name = at.name === 'Property' ? at.getChild('PropertyName') : null;
    if (name !== null) path.unshift(unquoted(read(name)));
  }
  return path;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.replace(/^"|"$/g, '');
  }
}

/** Where the first thing stands that is no JSON, for engines that do not say it. */
export function firstFault(text: string): number {
  let found = text.length;
  jsonLanguage.parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) found = Math.min(found, node.from);
    },
  });
  return found;
}
