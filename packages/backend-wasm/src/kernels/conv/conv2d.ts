import type { Conv2dAttrs, Conv2dGradAttrs, Kernel, MapKernel, Operand } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { addressOf } from '../operand.ts';
import { canApply, mapAlone, outputMap } from '../output-map.ts';
import { suitsWinograd } from '../winograd/plan.ts';
import type { Winograd } from '../winograd/winograd.ts';
import type { Correlator } from './correlation.ts';
import type { Depthwise } from './depthwise.ts';
import { suitsDepthwise } from './depthwise.ts';
import { convolve, convolveBack } from './direct.ts';
import type { Geometry } from './geometry.ts';
import { geometryOf } from './geometry.ts';
import type { WeightGradient } from './weight-gradient.ts';

/** What convolutions run on. */
export interface Convolutions {
  readonly memory: LinearMemory;
  readonly correlator: Correlator;
  readonly weightGradient: WeightGradient;
  readonly depthwise: Depthwise;
  /** Null where only sums of products will do: transforms round a little more. */
  readonly winograd: Winograd | null;
  /** For maps of outputs that are filled: on one thread, since it writes over what it reads. */
  readonly mapInPlace: MapKernel;
}

/** A convolution without pixels, channels or images has nothing to add up. */
function isEmpty({ N, C, K, R, S, OH, OW }: Geometry): boolean {
  return N * C * K * R * S * OH * OW === 0;
}

function fill(memory: LinearMemory, y: Operand, value = 0): void {
  const at = addressOf(y) / 4;
  memory.views.float32.fill(value, at, at + y.size);
}

/** y = x * w + bias, of float32. */
export function createConv2d({
  memory,
  correlator,
  depthwise,
  winograd,
  mapInPlace,
}: Convolutions): Kernel<Conv2dAttrs> {
  const kernel: Kernel<Conv2dAttrs> = ([x, w, bias], [y], attrs, context) => {
    const g = geometryOf(x.shape, w.shape, y.shape, attrs);
    if (y.size === 0) return;
    if (isEmpty(g) && !bias) {
      fill(memory, y);
      mapAlone(mapInPlace, context, y);
      return;
    }
    const map = outputMap(memory, context, y);
    const addresses = [addressOf(x), addressOf(w), bias ? addressOf(bias) : null, addressOf(y)] as const;
    if (suitsDepthwise(g)) depthwise.forward(g, ...addresses, map);
    else if (winograd && suitsWinograd(g)) winograd.forward(g, ...addresses, map);
    else convolve(correlator, g, ...addresses, map);
  };
  return Object.assign(kernel, { fusesOutput: canApply });
}

/** The gradient of x. */
export function createConv2dInputGrad({
  memory,
  correlator,
  depthwise,
  winograd,
  mapInPlace,
}: Convolutions): Kernel<Conv2dGradAttrs> {
  const kernel: Kernel<Conv2dGradAttrs> = ([dy, w], [dx], attrs, context) => {
    const g = geometryOf(attrs.shape, w.shape, dy.shape, attrs);
    if (isEmpty(g)) {
      fill(memory, dx);
      mapAlone(mapInPlace, context, dx);
      return;
    }
    const map = outputMap(memory, context, dx);
    const addresses = [addressOf(dy), addressOf(w), addressOf(dx)] as const;
    if (suitsDepthwise(g) && depthwise.canTurn(g)) depthwise.inputGradient(g, ...addresses, map);
    else if (winograd && suitsWinograd(g)) winograd.inputGradient(g, ...addresses, map);
    else convolveBack(correlator, g, ...addresses, map);
  };
  const fusesOutput: Kernel<Conv2dGradAttrs>['fusesOutput'] = (program, position, { stride }) =>
    canApply(program, position) && stride.every((n) => n === 1);
  return Object.assign(kernel, { fusesOutput });
}

/** The gradient of w. */
export function createConv2dWeightGrad({
  memory,
  weightGradient,
  depthwise,
  winograd,
}: Convolutions): Kernel<Conv2dGradAttrs> {
  return ([dy, x], [dw], attrs) => {
    const g = geometryOf(x.shape, attrs.shape, dy.shape, attrs);
    if (isEmpty(g)) return fill(memory, dw);
    const addresses = [addressOf(dy), addressOf(x), addressOf(dw)] as const;
    if (suitsDepthwise(g)) depthwise.weightGradient(g, ...addresses);
    else if (winograd && suitsWinograd(g)) winograd.weightGradient(g, ...addresses);
    else weightGradient.run(g, ...addresses);
  };
}
