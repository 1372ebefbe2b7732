import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { CubeNode, JoinGraph } from '../api/model';
import { holderPath } from './address';
import { type Direction, HEIGHT, linesOf, placed, WIDTH } from './layout';
import styles from './Picture.module.css';
import { counted, RELATIONSHIP_WORDS } from './words';

type CubeBox = Node<{ cube: CubeNode; tone: 'plain' | 'on' | 'off'; direction: Direction }, 'cube'>;

// Pixels; a narrower page has the list of joins below the picture.
export const NARROW = 720;

const NODE_TYPES = { cube: CubeInPicture };

export interface PictureProps {
  graph: JoinGraph;
  /** The cubes and joins that stand out before all others; none: all are alike. */
  cubes: ReadonlySet<string>;
  joins: ReadonlySet<string>;
  /** The cube around which it is drawn. */
  around: string | null;
}

/** The join graph, to be moved and zoomed. */
export function Picture(props: PictureProps) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

function Drawn({ graph, cubes, joins, around }: PictureProps) {
  const direction: Direction = window.innerWidth > NARROW ? 'LR' : 'TB';
  const places = useMemo(() => placed(graph, direction), [graph, direction]);
  const nodes = graph.cubes.map((cube): CubeBox => {
    const isOn = cube.name === around || cubes.has(cube.name);
    const tone = isOn ? 'on' : cubes.size === 0 ? 'plain' : 'off';
    return {
      id: cube.name,
      type: 'cube',
      position: places.get(cube.name) ?? { x: 0, y: 0 },
      data: { cube, tone, direction },
      width: WIDTH,
      height: HEIGHT,
    };
  });
  const edges = linesOf(graph.joins).map(({ join, back }): Edge => {
    const isOn = [join, back].some((one) => one !== null && joins.has(`${one.source}>${one.target}`));
    const opacity = cubes.size > 0 && !isOn ? 0.35 : 1;
    const color = isOn ? 'var(--accent)' : 'var(--line-strong)';
    const head = {
      type: MarkerType.ArrowClosed,
      color,
      width: 18,
      height: 18,
      markerUnits: 'userSpaceOnUse',
    };
    return {
      id: `${join.source}>${join.target}`,
      source: join.source,
      target: join.target,
      label: RELATIONSHIP_WORDS[join.relationship],
      markerEnd: head,
      ...(back === null ? {} : { markerStart: { ...head, orient: 'auto-start-reverse' } }),
      style: { stroke: color, strokeWidth: isOn ? 2 : 1.25, opacity },
      labelStyle: { fill: 'var(--text-soft)', fontSize: 11, opacity },
      labelBgStyle: { fill: 'var(--surface)', opacity: 0.9 },
    };
  });
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={{ padding: 0.12, maxZoom: 1.2 }}
      minZoom={0.1}
      maxZoom={2}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      proOptions={{ hideAttribution: true }}
      aria-label="Join graph"
      className={styles.flow ?? ''}
    >
      <Background color="var(--line)" gap={20} />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

function CubeInPicture({
  data: { cube, tone, direction },
  positionAbsoluteX,
  positionAbsoluteY,
}: NodeProps<CubeBox>) {
  const { setCenter, getZoom } = useReactFlow();
  return (
    <>
      <Handle
        type="target"
        position={direction === 'LR' ? Position.Left : Position.Top}
        className={styles.handle ?? ''}
      />
      <Link
        href={holderPath(cube.name)}
        className={`${styles.cube} ${styles[tone]} nopan`}
        onFocus={(event) => {
          // Those who go by keyboard see where they are.
          if (!event.currentTarget.matches(':focus-visible')) return;
          void setCenter(positionAbsoluteX + WIDTH / 2, positionAbsoluteY + HEIGHT / 2, { zoom: getZoom() });
        }}
      >
        <b className={styles.name}>{cube.title}</b>
        <span className={styles.counts}>
          {counted(cube.measures, 'measure')}, {counted(cube.dimensions, 'dimension')}
        </span>
      </Link>
      <Handle
        type="source"
        position={direction === 'LR' ? Position.Right : Position.Bottom}
        className={styles.handle ?? ''}
      />
    </>
  );
}
