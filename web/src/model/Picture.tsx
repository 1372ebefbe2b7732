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
import { HEIGHT, placed, WIDTH } from './layout';
import styles from './Picture.module.css';
import { counted, RELATIONSHIP_WORDS } from './words';

type CubeBox = Node<{ cube: CubeNode; tone: 'plain' | 'on' | 'off' }, 'cube'>;

const NODE_TYPES = { cube: CubeInPicture };

/** The join graph, to be moved and zoomed. `cubes` and `joins` are those that are to stand out; none: all. */
export function Picture(props: { graph: JoinGraph; cubes: ReadonlySet<string>; joins: ReadonlySet<string> }) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

function Drawn({
  graph,
  cubes,
  joins,
}: {
  graph: JoinGraph;
  cubes: ReadonlySet<string>;
  joins: ReadonlySet<string>;
}) {
  const places = useMemo(() => placed(graph), [graph]);
  const nodes = graph.cubes.map((cube): CubeBox => {
    const tone = cubes.size === 0 ? 'plain' : cubes.has(cube.name) ? 'on' : 'off';
    return {
      id: cube.name,
      type: 'cube',
      position: places.get(cube.name) ?? { x: 0, y: 0 },
      data: { cube, tone },
      width: WIDTH,
      height: HEIGHT,
    };
  });
  const edges = graph.joins.map((join): Edge => {
    const id = `${join.source}>${join.target}`;
    const isOn = joins.has(id);
    const isOff = cubes.size > 0 && !isOn;
    const colour = isOn ? 'var(--accent)' : 'var(--line-strong)';
    return {
      id,
      source: join.source,
      target: join.target,
      label: RELATIONSHIP_WORDS[join.relationship],
      markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 18, height: 18 },
      style: { stroke: colour, strokeWidth: isOn ? 2 : 1.25, opacity: isOff ? 0.35 : 1 },
      labelStyle: { fill: 'var(--text-soft)', fontSize: 11, opacity: isOff ? 0.35 : 1 },
      labelBgStyle: { fill: 'var(--surface)', opacity: 0.9 },
    };
  });
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
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

function CubeInPicture({ data: { cube, tone }, positionAbsoluteX, positionAbsoluteY }: NodeProps<CubeBox>) {
  const { setCenter, getZoom } = useReactFlow();
  return (
    <>
      <Handle type="target" position={Position.Left} className={styles.handle ?? ''} />
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
      <Handle type="source" position={Position.Right} className={styles.handle ?? ''} />
    </>
  );
}
