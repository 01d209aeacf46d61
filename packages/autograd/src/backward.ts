import type { BackwardOptions, Tensor, TensorMeta } from '@flambeau/core';
import {
  ArgumentError,
  AsyncReadError,
  add,
  enableGrad,
  isFloat,
  noGrad,
  onesLike,
  releaseExcept,
  runWaiting,
  ShapeError,
  sameShape,
  withScope,
} from '@flambeau/core';
import { anomalyOf, isAnomalyEnabled, reportAnomaly } from './anomaly.ts';
import type { Edge, RecordedNode } from './graph.ts';
import { checkNotFreed, edgeOf, freeNode } from './graph.ts';
import { leafHooksOf, runLeafHooks } from './hooks.ts';
import { InFlight } from './in-flight.ts';
import { inputGradients } from './vjp.ts';

/** A gradient on its way, and whether it belongs to the engine alone and may be added to in place. */
interface Arriving {
  gradient: Tensor;
  owned: boolean;
}

/** Where the gradients of some tensors are wanted instead of in the leaves. */
export type Wanted = ReadonlyMap<RecordedNode | Tensor, Map<number, Tensor | null>>;

/** A tensor that has to be read asynchronously: the driver brings it to a device and hands it back, or gives its value. */
export interface Crossing {
  readonly gradient: Tensor;
  /** null: only the value is wanted. */
  readonly device: Tensor['device'] | null;
}

/** What walks are resumed with. */
type Arrived = Tensor | number;

/** Nodes that a gradient reaches, latest first. */
function reachable(roots: readonly Edge[]): RecordedNode[] {
  const seen = new Set<RecordedNode>();
  const found: RecordedNode[] = [];
  const enter = (edges: readonly Edge[]): void => {
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i];
      if (edge && 'node' in edge && !seen.has(edge.node)) {
        seen.add(edge.node);
        found.push(edge.node);
      }
    }
  };
  enter(roots);
  for (let i = 0; i < found.length; i++) enter((found[i] as RecordedNode).edges);
  return found.sort((a, b) => b.order - a.order);
}

/** Adds to a leaf's gradient and returns it. `isSecret` says that nobody else knows the gradient. */
function accumulateLeaf(
  leaf: Tensor,
  gradient: Tensor,
  owned: boolean,
  isSecret: boolean,
  createGraph: boolean,
): Tensor {
  const before = leaf.leafGrad;
  if (before === null) {
    const taken = owned && gradient.isContiguous();
    // What it is computed from can go then: backward has passed it.
    runWaiting(gradient);
    leaf.grad = taken ? gradient : gradient.clone();
    leaf.gradIsSecret = taken ? isSecret : !createGraph;
  } else if (createGraph) leaf.grad = add(before, gradient);
  else before.add_(gradient);
  return leaf.leafGrad as Tensor;
}

/** The gradients of one node's inputs; temporaries of the rule are released at once. */
function step(
  node: RecordedNode,
  grads: readonly (Tensor | null)[],
  inFlight: InFlight,
): readonly (Tensor | null)[] {
  checkNotFreed(node);
  return withScope(
    false,
    () => inputGradients(node, grads),
    (made, results) => {
      if (made.length === 0) return;
      const kept = new Set(results.filter((x) => x !== null));
      for (const x of made) if (kept.has(x)) inFlight.own(x);
      releaseExcept(made, kept);
    },
  );
}

/**
 * Walks the graph from the outputs, newest node first. A generator: it yields transfers whose gradient can only be
 * read asynchronously, so that one walk serves the synchronous and the asynchronous driver.
 */
export function* walk(
  outputs: readonly Tensor[],
  gradients: readonly Tensor[],
  options: Required<BackwardOptions> & { readonly wait: boolean },
  wanted: Wanted | null,
): Generator<Crossing, void, Arrived> {
  const arriving = new Map<RecordedNode, (Arriving | null)[]>();
  const inFlight = new InFlight();
  const hooked = new Map<Tensor, Arriving>();
  const joined = (before: Tensor | null, gradient: Tensor): Tensor => {
    const total = before ? add(before, gradient) : gradient;
    if (before) inFlight.own(total);
    inFlight.hold(total);
    if (before) inFlight.drop(before);
    return total;
  };
  const deliver = (leaf: Tensor, gradient: Tensor, owned: boolean): void => {
    const slot = wanted?.get(leaf);
    if (slot) slot.set(0, joined(slot.get(0) ?? null, gradient));
    else if (!wanted) {
      const isSecret = inFlight.owns(gradient) && !options.createGraph;
      const kept = accumulateLeaf(leaf, gradient, owned, isSecret, options.createGraph);
      if (kept === gradient) inFlight.giveAway(gradient);
    }
  };
  const send = (edge: Edge, gradient: Tensor, owned: boolean): void => {
    if (!edge) return;
    if ('leaf' in edge) {
      if (leafHooksOf(edge.leaf)) {
        const there = hooked.get(edge.leaf);
        const total = joined(there?.gradient ?? null, gradient);
        hooked.set(edge.leaf, { gradient: total, owned: owned || !!there });
      } else deliver(edge.leaf, gradient, owned);
      return;
    }
    let slots = arriving.get(edge.node);
    if (!slots) {
      slots = new Array<Arriving | null>(edge.node.outputs.length).fill(null);
      arriving.set(edge.node, slots);
    }
    const there = slots[edge.output];
    if (there?.owned && !options.createGraph) {
      there.gradient.add_(gradient);
      return;
    }
    slots[edge.output] = { gradient: joined(there?.gradient ?? null, gradient), owned: owned || !!there };
  };
  const roots = outputs.map(edgeOf);
  for (let i = 0; i < roots.length; i++) send(roots[i] as Edge, gradients[i] as Tensor, false);
  const order = reachable(roots);
  if (!options.wait) checkNoCrossing(order);
  for (const node of order) {
    const slots = arriving.get(node);
    arriving.delete(node);
    if (slots) {
      const places = wanted?.get(node);
      const grads = arrived(node, slots, places);
      const results = crosses(node)
        ? [(yield crossing(node, grads[0] as Tensor)) as Tensor]
        : step(node, grads, inFlight);
      if (isAnomalyEnabled()) {
        for (let i = 0; i < results.length; i++) {
          const gradient = node.edges[i] && results[i];
          if (gradient && isFloat(gradient.dtype)) yield* lookForAnomaly(node, i, gradient, options.wait);
        }
      }
      for (let i = 0; i < results.length; i++) {
        const edge = node.edges[i];
        const gradient = results[i];
        if (edge && gradient) send(edge, gradient, isFresh(gradient, grads, results));
      }
      for (const slot of slots) {
        if (slot && (options.createGraph || node.hooks || places)) inFlight.giveAway(slot.gradient);
        else if (slot) inFlight.drop(slot.gradient);
      }
      if (!options.createGraph) for (const gradient of results) if (gradient) inFlight.settle(gradient);
    }
    if (!options.retainGraph) freeNode(node);
  }
  for (const [leaf, { gradient, owned }] of hooked) {
    const final = runLeafHooks(leaf, gradient);
    inFlight.giveAway(gradient);
    deliver(leaf, final, owned && final === gradient && !wanted);
    if (!wanted) for (const hook of leafHooksOf(leaf)?.after ?? []) hook(leaf);
  }
}

/** @throws {@link ValueError} when a gradient has a NaN. */
function* lookForAnomaly(
  node: RecordedNode,
  input: number,
  gradient: Tensor,
  wait: boolean,
): Generator<Crossing, void, Arrived> {
  const found = noGrad(() => anomalyOf(gradient));
  const value = wait ? ((yield { gradient: found, device: null }) as number) : found.itemSync();
  if (value !== 0) reportAnomaly(node, input);
}

/** The gradients of a node's outputs, after its hooks; wanted ones are noted. */
function arrived(
  node: RecordedNode,
  slots: readonly (Arriving | null)[],
  places: Map<number, Tensor | null> | undefined,
): (Tensor | null)[] {
  const grads: (Tensor | null)[] = [];
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i];
    const gradient = slot ? runHooks(node, i, slot.gradient) : null;
    if (gradient && places?.has(i)) places.set(i, gradient);
    const retained = gradient && node.retained?.get(i);
    if (retained) retained.grad = retained.grad ? add(retained.grad, gradient) : gradient.clone();
    grads.push(gradient);
  }
  return grads;
}

/** True for a gradient that the rule made for one edge alone: it may be kept or added to without a copy. */
function isFresh(
  gradient: Tensor,
  grads: readonly (Tensor | null)[],
  results: readonly (Tensor | null)[],
): boolean {
  return (
    gradient.storage.handles === 1 &&
    !grads.includes(gradient) &&
    results.indexOf(gradient) === results.lastIndexOf(gradient)
  );
}

/** True for a transfer whose gradient can only be read asynchronously. */
function crosses(node: RecordedNode): boolean {
  return (
    node.op.kind === 'transfer' &&
    node.edges[0] !== null &&
    node.outputs[0]?.device.capabilities.syncRead === false
  );
}

/** @throws {@link AsyncReadError} before anything is accumulated or freed. */
function checkNoCrossing(order: readonly RecordedNode[]): void {
  const crossing = order.find(crosses);
  if (crossing)
    throw new AsyncReadError(
      'backward',
      crossing.outputs[0]?.device.name ?? '',
      'await loss.backwardAsync()',
    );
}

function crossing(node: RecordedNode, gradient: Tensor): Crossing {
  checkNotFreed(node);
  return { gradient, device: (node.inputs[0] as TensorMeta).device };
}

function runHooks(node: RecordedNode, output: number, gradient: Tensor): Tensor {
  const hooks = node.hooks?.get(output);
  return hooks ? hooks.reduce((g, hook) => hook(g) ?? g, gradient) : gradient;
}

/** The gradient to start with: ones for a single value. */
export function startGradient(op: string, output: Tensor, gradient: Tensor | undefined): Tensor {
  if (!output.requiresGrad) {
    throw new ArgumentError(
      op,
      'nothing to differentiate: got a tensor that does not require a gradient, expected one that came from tensors with requiresGrad. Was it made inside noGrad, or detached?',
    );
  }
  if (gradient === undefined) {
    if (output.size !== 1) {
      throw new ShapeError(
        op,
        `not a single value: got shape [${output.shape.join(', ')}], expected one element, or a gradient of this shape as argument. Reduce with sum() or mean() first?`,
        { shape: output.shape },
      );
    }
    return onesLike(output);
  }
  if (!sameShape(gradient.shape, output.shape) || gradient.device !== output.device) {
    throw new ShapeError(
      op,
      `the gradient does not fit: got [${gradient.shape.join(', ')}] on '${gradient.device.name}', expected [${output.shape.join(', ')}] on '${output.device.name}'.`,
      { shape: gradient.shape },
    );
  }
  return gradient;
}

/** Runs a walk that never waits to its end. */
export function drive(run: Generator<Crossing, void, Arrived>, createGraph: boolean): void {
  (createGraph ? enableGrad : noGrad)(() => run.next());
}

/** Runs a walk to its end, waiting for gradients that cross from a device with asynchronous reads. */
export async function driveAsync(
  run: Generator<Crossing, void, Arrived>,
  createGraph: boolean,
): Promise<void> {
  const inMode = createGraph ? enableGrad : noGrad;
  let next = inMode(() => run.next());
  while (!next.done) {
    const { gradient, device } = next.value;
    const moved = device ? await gradient.toAsync(device) : await gradient.item();
    next = inMode(() => run.next(moved));
  }
}
