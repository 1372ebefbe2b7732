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
  const lines: Line[] = [];
  const order = (join: JoinEdge) => (join.relationship === 'one_to_many' ? 1 : 0);
  for (const join of [...joins].sort((a, b) => order(a) - order(b))) {
    const other = lines.find(({ join: one }) => one.source === join.target && one.target === join.source);
    if (other === undefined) lines.push({ join, back: null });
    else other.back = join;
  }
  return lines;
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
