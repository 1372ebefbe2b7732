/** Where cubes stand in the picture of the join graph: one after the other as joins lead. */

import dagre from '@dagrejs/dagre';
import type { JoinEdge, JoinGraph } from '../api/model';

export const WIDTH = 212;
export const HEIGHT = 58;

/** A line between two cubes: a join, and the one that leads back, if both are declared. */
export interface Line {
  join: JoinEdge;
  back: JoinEdge | null;
}

/** One line for every two cubes that meet, from the many to the one where the model says it both ways. */
export function linesOf(joins: readonly JoinEdge[]): Line[] {
  const lines = new Map<string, Line>();
  const order = (join: JoinEdge) => (join.relationship === 'one_to_many' ? 1 : 0);
  for (const join of [...joins].sort((a, b) => order(a) - order(b))) {
    const other = lines.get(`${join.target}>${join.source}`);
    if (other === undefined) lines.set(`${join.source}>${join.target}`, { join, back: null });
    else other.back = join;
  }
  return [...lines.values()];
}

// More cubes than these in one picture nobody can read, and no browser places thousands at once; on a phone, still fewer.
export const MOST = 30;
export const MOST_NARROW = 12;

/** A part of a graph, and how many cubes are not in it. */
export interface Part {
  graph: JoinGraph;
  left: number;
}

/**
 * The part that is drawn: all of it if it is small. Else the cubes that must be there, and then those around them, the
 * nearest first, as many as can be read.
 */
export function partAround(graph: JoinGraph, wanted: readonly string[], most = MOST): Part {
  if (graph.cubes.length <= most) return { graph, left: 0 };
  const beside = neighbours(graph.joins);
  const begin = wanted.length > 0 ? wanted : [mostJoined(graph, beside)];
  const chosen = new Set(begin.slice(0, most));
  // A set is gone through in the order in which it grows: that of the distance.
  for (const name of chosen) {
    for (const other of beside.get(name) ?? []) if (chosen.size < most) chosen.add(other);
    if (chosen.size >= most) break;
  }
  const cubes = graph.cubes.filter((cube) => chosen.has(cube.name));
  const joins = graph.joins.filter((join) => chosen.has(join.source) && chosen.has(join.target));
  return { graph: { ...graph, cubes, joins }, left: graph.cubes.length - cubes.length };
}

function neighbours(joins: readonly JoinEdge[]): Map<string, string[]> {
  const beside = new Map<string, string[]>();
  const add = (name: string, other: string) => {
    const names = beside.get(name);
    if (names === undefined) beside.set(name, [other]);
    else names.push(other);
  };
  for (const { source, target } of joins) {
    add(source, target);
    add(target, source);
  }
  return beside;
}

function mostJoined(graph: JoinGraph, beside: ReadonlyMap<string, readonly string[]>): string {
  const count = (name: string) => beside.get(name)?.length ?? 0;
  return graph.cubes.reduce(
    (most, { name }) => (count(name) > count(most) ? name : most),
    graph.cubes[0]?.name ?? '',
  );
}

/** The way in which joins lead: from left to right, or down, where there is no room beside. */
export type Direction = 'LR' | 'TB';

/** The upper left corner of each cube. */
export function placed(
  graph: Pick<JoinGraph, 'cubes' | 'joins'>,
  direction: Direction,
): Map<string, { x: number; y: number }> {
  const picture = new dagre.graphlib.Graph();
  picture.setGraph({
    rankdir: direction,
    nodesep: 28,
    ranksep: direction === 'LR' ? 96 : 56,
    marginx: 16,
    marginy: 16,
  });
  picture.setDefaultEdgeLabel(() => ({}));
  for (const cube of graph.cubes) picture.setNode(cube.name, { width: WIDTH, height: HEIGHT });
  for (const { join } of linesOf(graph.joins)) picture.setEdge(join.source, join.target);
  dagre.layout(picture);
  return new Map(
    graph.cubes.map(({ name }) => {
      const { x, y } = picture.node(name);
      return [name, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }];
    }),
  );
}

/** The joins on the ways of a view, as `source>target`. */
export function joinsOn(paths: readonly (readonly string[])[]): Set<string> {
  return new Set(paths.flatMap((path) => path.slice(1).map((cube, index) => `${path[index]}>${cube}`)));
}
