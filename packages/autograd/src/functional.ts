import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  enableGrad,
  formatShape,
  isTensor,
  onesLike,
  reshape,
  ShapeError,
  sameShape,
  stack,
  zeros,
  zerosLike,
} from '@flambeau/core';
import { grad } from './grad.ts';

/** One tensor, or several. */
export type Tensors = Tensor | readonly Tensor[];

/** Options of {@link jacobian}, {@link vjp} and kin. */
export interface FunctionalOptions {
  /** Record the computation, so that the result can be differentiated. Default false. */
  readonly createGraph?: boolean;
  /** Refuse inputs that the outputs do not depend on, instead of zeros. Default false. */
  readonly strict?: boolean;
}

const listOf = (x: Tensors): readonly Tensor[] => (isTensor(x) ? [x] : x);
const shapedLike = (many: boolean, list: readonly Tensor[]): Tensor | Tensor[] =>
  many ? [...list] : (list[0] as Tensor);

/** Inputs that are differentiated: views of the caller's under `createGraph`, else cut off. */
function prepared(inputs: Tensors, createGraph: boolean): Tensor[] {
  return listOf(inputs).map((x) => {
    if (createGraph && x.requiresGrad) return x.node ? x : reshape(x, x.shape);
    return x.detach().requiresGrad_();
  });
}

/** Runs a function on prepared inputs. @throws {@link ArgumentError} when it gives something else than tensors. */
function evaluated(
  op: string,
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensor[],
): { outputs: readonly Tensor[]; many: boolean } {
  const result = fn(...inputs);
  const outputs: readonly Tensor[] = isTensor(result) ? [result] : Array.isArray(result) ? result : [];
  if (outputs.length === 0 || !outputs.every(isTensor)) {
    throw new ArgumentError(op, 'the function gives no tensors: expected a tensor or an array of tensors.');
  }
  return { outputs, many: !isTensor(result) };
}

/** The gradients of outputs, zeros where there is no dependency. */
function gradients(
  op: string,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  weights: readonly Tensor[],
  { createGraph, strict, retain }: { createGraph: boolean; strict: boolean; retain: boolean },
): Tensor[] {
  const roots = outputs.flatMap((y, i) => (y.requiresGrad ? [i] : []));
  const found: readonly (Tensor | null)[] =
    roots.length === 0
      ? inputs.map(() => null)
      : grad(
          roots.map((i) => outputs[i] as Tensor),
          inputs,
          {
            gradOutputs: roots.map((i) => weights[i] as Tensor),
            allowUnused: true,
            createGraph,
            retainGraph: retain || createGraph,
          },
        );
  return found.map((g, i) => {
    if (g) return g;
    if (strict) {
      throw new ArgumentError(
        op,
        `input ${i} is not used: got outputs that do not depend on it, expected a dependency (strict).`,
        { input: i },
      );
    }
    return zerosLike(inputs[i] as Tensor);
  });
}

/** A vector that fits tensors; ones where it may be left out. */
function fitting(op: string, tensors: readonly Tensor[], v: Tensors | undefined): readonly Tensor[] {
  if (v === undefined && tensors.length === 1 && tensors[0]?.size === 1) return [onesLike(tensors[0])];
  const list = v === undefined ? [] : listOf(v);
  const fits =
    list.length === tensors.length && list.every((x, i) => sameShape(x.shape, tensors[i]?.shape ?? []));
  if (fits) return list;
  const show = (all: readonly Tensor[]): string => all.map((x) => formatShape(x.shape)).join(', ');
  throw new ShapeError(
    op,
    `the vector does not fit: got ${v === undefined ? 'none' : show(list)}, expected ${show(tensors)}.`,
  );
}

/**
 * The matrix of all derivatives of a function's outputs with regard to its inputs.
 *
 * @param fn - takes the inputs, gives one tensor or several.
 * @returns for one output and one input a tensor of shape (…output, …input); an array over the inputs where they are an
 * array, and over the outputs around that where they are one.
 * @throws {@link ArgumentError} with `strict`, when an output does not depend on an input.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
 *
 * @example
 * ```ts
 * import { jacobian } from '@flambeau/autograd';
 * import { square, tensor } from '@flambeau/core';
 * jacobian(square, tensor([1, 2])); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian(fn: (x: Tensor) => Tensor, input: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  options?: FunctionalOptions,
): Tensor | Tensor[] | Tensor[][];
export function jacobian(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  options: FunctionalOptions = {},
): Tensor | Tensor[] | Tensor[][] {
  const { createGraph = false, strict = false } = options;
  return enableGrad(() => {
    const xs = prepared(inputs, createGraph);
    const { outputs, many } = evaluated('jacobian', fn, xs);
    const blocks = outputs.map((y) => {
      const rows: Tensor[][] = xs.map(() => []);
      for (let i = 0; i < y.size; i++) {
        const unit = zeros(y.shape, { dtype: y.dtype, device: y.device });
        reshape(unit, [-1]).setAt([i], 1);
        const row = gradients('jacobian', [y], xs, [unit], { createGraph, strict, retain: true });
        row.forEach((g, j) => {
          rows[j]?.push(g);
        });
      }
      const stacked = xs.map((x, j) =>
        y.size === 0
          ? zeros([...y.shape, ...x.shape], { dtype: x.dtype, device: x.device })
          : reshape(stack(rows[j] as Tensor[]), [...y.shape, ...x.shape]),
      );
      return shapedLike(!isTensor(inputs), createGraph ? stacked : stacked.map((x) => x.detach()));
    });
    return many ? (blocks as Tensor[] | Tensor[][]) : (blocks[0] as Tensor | Tensor[]);
  });
}

/**
 * The matrix of second derivatives of a function that gives a single value.
 *
 * @returns for one input a tensor of shape (…input, …input); for an array of inputs an array of arrays.
 * @throws {@link ShapeError} when the function gives more than one value.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
 *
 * @example
 * ```ts
 * import { hessian } from '@flambeau/autograd';
 * import { pow, sum, tensor } from '@flambeau/core';
 * hessian((x) => sum(pow(x, 3)), tensor([1, 2])); // [[6, 0], [0, 12]]
 * ```
 */
export function hessian(fn: (x: Tensor) => Tensor, input: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensors,
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  const gradient = (...xs: Tensor[]): readonly Tensor[] => {
    const tracked = xs.map((x) => (x.requiresGrad ? x : x.detach().requiresGrad_()));
    const y = single('hessian', fn(...tracked));
    return gradients('hessian', [y], tracked, [onesLike(y)], {
      createGraph: true,
      strict: options.strict ?? false,
      retain: true,
    });
  };
  if (!isTensor(inputs)) return jacobian(gradient, inputs, options) as Tensor[][];
  return (jacobian(gradient, inputs, options) as Tensor[])[0] as Tensor;
}

/** @throws {@link ShapeError} unless a tensor has one element. */
function single(op: string, y: Tensor): Tensor {
  if (y.size === 1) return y;
  throw new ShapeError(
    op,
    `not a single value: got shape ${formatShape(y.shape)}, expected one element. Reduce with sum() or mean() first.`,
    { shape: y.shape },
  );
}

/** What a function gives, and a product with its derivatives. */
export interface OutputAndProduct {
  readonly output: Tensor | Tensor[];
  readonly product: Tensor | Tensor[];
}

/**
 * The product of a vector with the Jacobian: v·J, what backward computes.
 *
 * @param v - of the outputs' shapes; may be left out for a single value.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
 *
 * @example
 * ```ts
 * import { vjp } from '@flambeau/autograd';
 * import { square, tensor } from '@flambeau/core';
 * vjp(square, tensor([1, 2]), tensor([1, 10])).product; // [2, 40]
 * ```
 */
export function vjp(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  v?: Tensors,
  options: FunctionalOptions = {},
): OutputAndProduct {
  const { createGraph = false, strict = false } = options;
  return enableGrad(() => {
    const xs = prepared(inputs, createGraph);
    const { outputs, many } = evaluated('vjp', fn, xs);
    const weights = fitting('vjp', outputs, v);
    const found = gradients('vjp', outputs, xs, weights, { createGraph, strict, retain: createGraph });
    return {
      output: shapedLike(many, createGraph ? outputs : outputs.map((y) => y.detach())),
      product: shapedLike(!isTensor(inputs), found),
    };
  });
}

/**
 * The product of the Jacobian with a vector: J·v, the derivative along a direction. Computed by differentiating v ↦ vᵀJ.
 *
 * @param v - of the inputs' shapes; may be left out for a single value.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
 *
 * @example
 * ```ts
 * import { jvp } from '@flambeau/autograd';
 * import { square, tensor } from '@flambeau/core';
 * jvp(square, tensor([1, 2]), tensor([1, 10])).product; // [2, 40]
 * ```
 */
export function jvp(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  v?: Tensors,
  options: FunctionalOptions = {},
): OutputAndProduct {
  const { createGraph = false, strict = false } = options;
  return enableGrad(() => {
    const xs = prepared(inputs, createGraph);
    const directions = fitting('jvp', xs, v);
    const { outputs, many } = evaluated('jvp', fn, xs);
    const product = forward('jvp', outputs, xs, directions, createGraph, strict);
    return {
      output: shapedLike(many, createGraph ? outputs : outputs.map((y) => y.detach())),
      product: shapedLike(many, product),
    };
  });
}

/** J·v for outputs that are recorded already: the gradient of w ↦ (wᵀJ)·v. */
function forward(
  op: string,
  outputs: readonly Tensor[],
  xs: readonly Tensor[],
  directions: readonly Tensor[],
  createGraph: boolean,
  strict: boolean,
): Tensor[] {
  const weights = outputs.map((y) => zerosLike(y).requiresGrad_());
  const pulled = gradients(op, outputs, xs, weights, { createGraph: true, strict, retain: true });
  return gradients(op, pulled, weights, directions, { createGraph, strict: false, retain: createGraph });
}

/**
 * The product of the Hessian of a single value with a vector: H·v, without the matrix.
 *
 * @param v - of the inputs' shapes; may be left out for a single value.
 * @throws {@link ShapeError} when the function gives more than one value.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html. The Hessian is symmetric,
 * so this is PyTorch's `vhp` too.
 *
 * @example
 * ```ts
 * import { hvp } from '@flambeau/autograd';
 * import { pow, sum, tensor } from '@flambeau/core';
 * hvp((x) => sum(pow(x, 3)), tensor([1, 2]), tensor([1, 1])).product; // [6, 12]
 * ```
 */
export function hvp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensors,
  v?: Tensors,
  options: FunctionalOptions = {},
): OutputAndProduct {
  const { createGraph = false, strict = false } = options;
  return enableGrad(() => {
    const xs = prepared(inputs, createGraph);
    const directions = fitting('hvp', xs, v);
    const y = single('hvp', fn(...xs));
    const slopes = gradients('hvp', [y], xs, [onesLike(y)], { createGraph: true, strict, retain: true });
    const found = gradients('hvp', slopes, xs, directions, { createGraph, strict, retain: createGraph });
    return {
      output: createGraph ? y : y.detach(),
      product: shapedLike(!isTensor(inputs), found),
    };
  });
}
