import type { ScalarNode } from '@flambeau/core/functional';
import type { MapLayout, Walk } from './layout.ts';

/** How often a node is computed: once, for every row, or for every element. */
export type Level = 'once' | 'row' | 'element';

const LEVELS: readonly Level[] = ['once', 'row', 'element'];

const INPUT_LEVELS: Readonly<Record<Walk, Level>> = {
  point: 'once',
  still: 'row',
  row: 'element',
  unit: 'element',
  strided: 'element',
};

/** The nodes of each level, arguments first. A node is computed no more often than its arguments change. */
export function sortByLevel(
  nodes: readonly ScalarNode[],
  { walks }: MapLayout,
): Readonly<Record<Level, readonly ScalarNode[]>> {
  const levelOf = new Map<ScalarNode, number>();
  const sorted: Record<Level, ScalarNode[]> = { once: [], row: [], element: [] };
  for (const node of nodes) {
    const walk = walks[node.value] as Walk;
    const own = node.op === 'input' ? LEVELS.indexOf(INPUT_LEVELS[walk]) : 0;
    const level = Math.max(own, ...node.args.map((arg) => levelOf.get(arg) as number));
    levelOf.set(node, level);
    sorted[LEVELS[level] as Level].push(node);
  }
  return sorted;
}

/** The most vectors that are alive at a time while the nodes are computed one after the other. */
export function widestMoment(nodes: readonly ScalarNode[], root: ScalarNode): number {
  const own = new Set(nodes);
  const lastUse = new Map<ScalarNode, number>([[root, nodes.length]]);
  nodes.forEach(({ args }, i) => {
    for (const arg of args) if (arg !== root) lastUse.set(arg, i);
  });
  const width = ({ type }: ScalarNode): number => (type === 'float64' ? 2 : 1);
  let alive = 0;
  let most = 0;
  nodes.forEach((node, i) => {
    alive += width(node);
    most = Math.max(most, alive);
    for (const arg of new Set(node.args)) if (own.has(arg) && lastUse.get(arg) === i) alive -= width(arg);
  });
  return most;
}
