/** Where cubes stand in the picture of the join graph: from left to right as joins lead. */

import dagre from '@dagrejs/dagre';
import type { JoinGraph } from '../api/model';

export const WIDTH = 190;
export const HEIGHT = 58;

/** The upper left corner of each cube. */
export function placed(graph: Pick<JoinGraph, 'cubes' | 'joins'>): Map<string, { x: number; y: number }> {
  const picture = new dagre.graphlib.Graph({ multigraph: true });
  picture.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 96, marginx: 16, marginy: 16 });
  picture.setDefaultEdgeLabel(() => ({}));
  for (const cube of graph.cubes) picture.setNode(cube.name, { width: WIDTH, height: HEIGHT });
  for (const join of graph.joins) picture.setEdge(join.source, join.target, {}, join.relationship);
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
