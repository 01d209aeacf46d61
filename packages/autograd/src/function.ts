import type { KernelOp, NoAttrs, Saves, Tensor, TensorMeta } from '@flambeau/core';
import { ArgumentError, dispatch, formatShape, isTensor, ShapeError, sameShape, zeros } from '@flambeau/core';

/** What `forward` and `backward` of a custom function share: one per call. */
export interface FunctionContext<State = unknown> {
  /** Anything but tensors that backward needs; tensors go through {@link save}. */
  state: State;
  /** Keeps tensors for backward: inputs, outputs, or what was made on the way. Call it once, in `forward`. */
  save(...tensors: readonly Tensor[]): void;
  /** What `forward` saved, in `backward`. */
  readonly saved: readonly Tensor[];
  /** Which arguments of `forward` want a gradient. */
  readonly needsInputGrad: readonly boolean[];
}

type Outputs = Tensor | readonly Tensor[];
type Gradients = Tensor | null | readonly (Tensor | null)[];

/** A function with its own gradient. */
export interface FunctionSpec<Args extends readonly unknown[], Out extends Outputs, State> {
  /** Shown in messages. */
  readonly name: string;
  /** Computes the outputs; nothing in it is recorded. */
  forward(ctx: FunctionContext<State>, ...args: Args): Out;
  /**
   * The gradients of the arguments, in their order, null for those that have none, from those of the outputs. An output
   * that nothing depends on has a gradient of zeros. Written in tensor functions, it has second derivatives.
   */
  backward(ctx: FunctionContext<State>, ...grads: readonly Tensor[]): Gradients;
}

/**
 * Makes a function of tensors with a gradient of its own. Arguments that are not tensors have no gradient.
 *
 * @returns a function with the arguments of `forward` behind its context.
 * @throws {@link ArgumentError} when `forward` gives no tensors, or `backward` another number of gradients; {@link
 * ShapeError} when a gradient does not have its argument's shape.
 * @remarks Source: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function. Differences: a value instead of
 * a class; `forward` must not write into its arguments.
 *
 * @example
 * ```ts
 * import { defineFunction } from '@flambeau/autograd';
 * import { exp, mul, tensor, type Tensor } from '@flambeau/core';
 * const myExp = defineFunction({
 *   name: 'myExp',
 *   forward(ctx, x: Tensor) {
 *     const y = exp(x);
 *     ctx.save(y);
 *     return y;
 *   },
 *   backward: (ctx, g) => mul(g, ctx.saved[0]),
 * });
 * const x = tensor([0, 1], { requiresGrad: true });
 * myExp(x).sum().backward();
 * await x.grad?.toArray(); // [1, 2.7183]
 * ```
 */
export function defineFunction<Args extends readonly unknown[], Out extends Outputs, State = unknown>(
  spec: FunctionSpec<Args, Out, State>,
): (...args: Args) => Out {
  return (...args) => new Application(spec, args).run();
}

/** One call of a custom function: an op that exists for this call alone. */
class Application<Args extends readonly unknown[], Out extends Outputs, State> {
  readonly #spec: FunctionSpec<Args, Out, State>;
  readonly #args: Args;
  /** Positions of the tensors among the arguments. */
  readonly #places: readonly number[];
  #saved: readonly Tensor[] = [];
  #state: State | undefined;
  #outputs: readonly TensorMeta[] = [];
  #saves: Saves = {};
  #several = false;

  constructor(spec: FunctionSpec<Args, Out, State>, args: Args) {
    this.#spec = spec;
    this.#args = args;
    this.#places = args.flatMap((arg, i) => (isTensor(arg) ? [i] : []));
  }

  run(): Out {
    const inputs = this.#places.map((i) => this.#args[i] as Tensor);
    const application = this;
    const op: KernelOp<NoAttrs> = {
      kind: 'kernel',
      class: 'static',
      name: this.#spec.name,
      infer: () => [],
      lower: (tensors) => this.#forward(tensors),
      get saves() {
        return application.#saves;
      },
      get visible() {
        return application.#outputs.length;
      },
      vjp: (grads, { inputs: before, outputs, needs, metas }) => {
        const { inputs: ins = [], outputs: outs = [] } = this.#saves;
        const unpacked = this.#order.map(({ kind, at }) =>
          kind === 'input' ? before[ins[at] as number] : outputs[outs[at] as number],
        );
        return this.#backward(grads, unpacked as Tensor[], needs, metas);
      },
    };
    const results = inputs.length > 0 ? dispatch(op as KernelOp<never>, inputs, {}) : this.#forward(inputs);
    return (this.#several ? results : results[0]) as Out;
  }

  /** Where each saved tensor is found again: its place in `saves.inputs` or `saves.outputs`. */
  #order: { readonly kind: 'input' | 'output'; readonly at: number }[] = [];

  #context(saved: readonly Tensor[], needs: readonly boolean[]): FunctionContext<State> {
    const application = this;
    const needsInputGrad = this.#args.map(() => false);
    this.#places.forEach((place, i) => {
      needsInputGrad[place] = needs[i] ?? false;
    });
    return {
      get state() {
        return application.#state as State;
      },
      set state(value) {
        application.#state = value;
      },
      save: (...tensors) => {
        this.#saved = tensors;
      },
      saved,
      needsInputGrad,
    };
  }

  #forward(inputs: readonly Tensor[]): readonly Tensor[] {
    const { forward, name } = this.#spec;
    const needs = inputs.map((x) => x.requiresGrad);
    const args = [...this.#args] as unknown[];
    this.#places.forEach((place, i) => {
      args[place] = inputs[i];
    });
    const result = forward.call(this.#spec, this.#context([], needs), ...(args as unknown as Args));
    this.#several = Array.isArray(result);
    const list = (this.#several ? result : [result]) as readonly Tensor[];
    if (!list.every(isTensor)) {
      throw new ArgumentError(name, 'forward gives no tensors: expected a tensor or an array of tensors.');
    }
    // An argument that is handed on gets a handle of its own: the argument keeps its place in the graph.
    const outputs = list.map((y) => (inputs.includes(y) ? y.detach() : y));
    this.#outputs = outputs.map(({ shape, dtype, device }) => ({ shape, dtype, device }));
    return [...outputs, ...this.#place(inputs, list, outputs.length)];
  }

  /** Notes where the saved tensors are; those that are neither inputs nor outputs become hidden outputs. */
  #place(inputs: readonly Tensor[], outputs: readonly Tensor[], visible: number): Tensor[] {
    const [ins, outs]: [number[], number[]] = [[], []];
    const hidden: Tensor[] = [];
    this.#order = this.#saved.map((x) => {
      const input = inputs.indexOf(x);
      if (input >= 0) return { kind: 'input', at: ins.push(input) - 1 };
      const output = outputs.indexOf(x);
      if (output >= 0) return { kind: 'output', at: outs.push(output) - 1 };
      return { kind: 'output', at: outs.push(visible + hidden.push(x) - 1) - 1 };
    });
    this.#saved = [];
    this.#saves = { inputs: ins, outputs: outs };
    return hidden;
  }

  #backward(
    grads: readonly (Tensor | null)[],
    saved: readonly Tensor[],
    needs: readonly boolean[],
    metas: readonly TensorMeta[],
  ): readonly (Tensor | null)[] {
    const { name, backward } = this.#spec;
    if (grads.slice(this.#outputs.length).some((g) => g !== null)) {
      throw new ArgumentError(
        name,
        'a second derivative through a saved tensor that is neither input nor output: got one that forward made on the way, expected inputs or outputs. Save those, and compute the rest again in backward.',
      );
    }
    const full = this.#outputs.map(
      ({ shape, dtype, device }, i) => grads[i] ?? zeros(shape, { dtype, device }),
    );
    const result = backward.call(this.#spec, this.#context(saved, needs), ...full);
    const list = (Array.isArray(result) ? result : [result]) as readonly (Tensor | null)[];
    if (list.length !== this.#args.length) {
      throw new ArgumentError(
        name,
        `backward gives another number of gradients: got ${list.length}, expected ${this.#args.length}, one for each argument of forward (null where there is none).`,
      );
    }
    return this.#places.map((place, i) => {
      const gradient = list[place] ?? null;
      const { shape } = metas[i] as TensorMeta;
      if (gradient && !sameShape(gradient.shape, shape)) {
        throw new ShapeError(
          name,
          `a gradient of another shape: got ${formatShape(gradient.shape)} for argument ${place}, expected ${formatShape(shape)}.`,
          { argument: place },
        );
      }
      return gradient;
    });
  }
}
