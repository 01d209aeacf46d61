import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import type { OutputMap } from '../output-map.ts';
import { keyOfMap } from '../output-map.ts';
import type { Bordered } from './correlation.ts';
import { addBorder, bordered, borderOf, GRAIN_COPIED } from './correlation.ts';
import { windowTaps } from './direct.ts';
import type { DepthwiseShape } from './emit-depthwise.ts';
import {
  DEPTHWISE_ARGUMENTS,
  DEPTHWISE_GRADIENT_ARGUMENTS,
  emitDepthwise,
  emitDepthwiseGradient,
} from './emit-depthwise.ts';
import type { Geometry, Planes } from './geometry.ts';
import { densePlanes } from './geometry.ts';

/** Larger filters do not fit into registers, and go the general way. */
const MOST_TAPS = 25;

/** Whether every input channel is a group of its own, with a filter that fits into registers. */
export function suitsDepthwise({ C, R, S, groups }: Geometry): boolean {
  return groups === C && R * S <= MOST_TAPS;
}

/** Convolves each channel by itself: by vectors of neighbouring pixels. */
export class Depthwise {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;
  readonly #fused = hasRelaxedSimd();

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** y = x * w + bias. Arguments are addresses. */
  forward(g: Geometry, x: number, w: number, bias: number | null, y: number, map: OutputMap | null): void {
    this.#convolve(g, x, w, 4, bias, y, map);
  }

  /** Whether the gradient of x is such a convolution too: of the output's gradient by filters turned around. */
  canTurn({ C, K, stride, dilation, padding, R, S }: Geometry): boolean {
    const reach = [dilation[0] * (R - 1), dilation[1] * (S - 1)] as const;
    return C === K && stride[0] === 1 && stride[1] === 1 && padding[0] <= reach[0] && padding[1] <= reach[1];
  }

  /** dx, where {@link canTurn} says so. */
  inputGradient(g: Geometry, dy: number, w: number, dx: number, map: OutputMap | null): void {
    const { H, W, OH, OW, R, S, padding, dilation } = g;
    const turned = {
      ...g,
      H: OH,
      W: OW,
      OH: H,
      OW: W,
      padding: [dilation[0] * (R - 1) - padding[0], dilation[1] * (S - 1) - padding[1]] as const,
    };
    this.#convolve(turned, dy, w + 4 * (R * S - 1), -4, null, dx, map);
  }

  #convolve(
    g: Geometry,
    x: number,
    w: number,
    tapStride: number,
    bias: number | null,
    y: number,
    map: OutputMap | null,
  ): void {
    const { N, C, K, H, W, R, S, OH, OW, stride, dilation } = g;
    const { memory } = this.#kernels;
    const { layout, address } = this.#border(g, densePlanes(x, C, H, W), N);
    const shape = shapeOf(g);
    const kernel = this.#kernels.get(`depthwise ${this.#fused} ${keyOf(shape)}${keyOfMap(map)}`, () =>
      emitDepthwise(memory, this.#fused, shape, map),
    );
    const words = DEPTHWISE_ARGUMENTS.list({
      source: address,
      sourceImage: C * layout.plane,
      sourcePlane: layout.plane,
      tapRow: dilation[0] * layout.row,
      stepY: stride[0] * layout.row,
      filters: w,
      filterStride: 4 * R * S,
      tapStride,
      bias: bias ?? 0,
      target: y,
      channels: K,
      multiplier: K / C,
      height: OH,
      width: OW,
    });
    this.#execute(kernel, writeWords(memory, words), N * K, grainOf(g));
  }

  /** dw. Arguments are addresses. */
  weightGradient(g: Geometry, dy: number, x: number, dw: number): void {
    const { N, C, K, H, W, OH, OW, stride, dilation } = g;
    const { memory } = this.#kernels;
    const { layout, address } = this.#border(g, densePlanes(x, C, H, W), N);
    const shape = shapeOf(g);
    const kernel = this.#kernels.get(`depthwise-gradient ${this.#fused} ${keyOf(shape)}`, () =>
      emitDepthwiseGradient(memory, this.#fused, shape),
    );
    const words = DEPTHWISE_GRADIENT_ARGUMENTS.list({
      source: address,
      sourceImage: C * layout.plane,
      sourcePlane: layout.plane,
      tapRow: dilation[0] * layout.row,
      stepY: stride[0] * layout.row,
      gradient: dy,
      gradientImage: 4 * K * OH * OW,
      target: dw,
      images: N,
      multiplier: K / C,
      height: OH,
      width: OW,
    });
    this.#execute(kernel, writeWords(memory, words), K, Math.ceil(grainOf(g) / N));
  }

  /** The input with its border: where it is, and how it lies. Four pixels of slack, for vectors that read past the end. */
  #border(g: Geometry, source: Planes, images: number): { layout: Bordered; address: number } {
    const { C, OH, OW, stride } = g;
    const border = borderOf(windowTaps(g), stride, OH, OW, source);
    // A copy even without a border: the last vector of strided pixels reads an element beyond what it needs.
    const layout = bordered(source, stride[1] > 1 ? { ...border, right: border.right + 1 } : border);
    if (!layout.isCopy) return { layout, address: source.address };
    const address = this.#scratch.reserve(images * C * layout.plane + 64);
    addBorder(this.#kernels, this.#execute, source.address, source, layout, address, images * C);
    return { layout, address };
  }
}

const shapeOf = ({ R, S, stride, dilation }: Geometry): DepthwiseShape => ({
  R,
  S,
  strideX: stride[1],
  dilationX: dilation[1],
});

const keyOf = ({ R, S, strideX, dilationX }: DepthwiseShape): string => `${R} ${S} ${strideX} ${dilationX}`;

/** Planes that are worth another thread. */
function grainOf({ R, S, OH, OW }: Geometry): number {
  return Math.ceil((8 * GRAIN_COPIED) / (R * S * OH * OW));
}
