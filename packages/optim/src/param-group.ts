import type { Tensor } from '@flambeau/core';
import { ArgumentError, isTensor } from '@flambeau/core';

/** What every optimizer's options have. */
export interface OptimizerOptions {
  /** Learning rate, ≥ 0. */
  readonly lr: number;
}

/** The options of one group of parameters, changeable between steps, as schedulers do. */
export type ParamGroup<O extends OptimizerOptions = OptimizerOptions> = { -readonly [K in keyof O]: O[K] } & {
  /** In the order given; their positions are the keys of a saved state. */
  readonly params: Tensor[];
  /** The learning rate that schedulers start from. */
  initialLr?: number;
};

/** Parameters with options of their own; what is left out comes from the optimizer's. */
export type ParamGroupInput<O extends OptimizerOptions = OptimizerOptions> = Partial<O> & {
  readonly params: Tensor | Iterable<Tensor>;
};

/** What optimizers accept: parameters, or groups of them. */
export type ParamsInput<O extends OptimizerOptions = OptimizerOptions> =
  | Iterable<Tensor>
  | Iterable<ParamGroupInput<O>>;

/** Brings what an optimizer was given into groups. @throws {@link ArgumentError} when there is no parameter. */
export function toGroups<O extends OptimizerOptions>(
  op: string,
  params: ParamsInput<O>,
): ParamGroupInput<O>[] {
  if (isTensor(params) || typeof params?.[Symbol.iterator] !== 'function') {
    const got = isTensor(params) ? 'one tensor' : String(params);
    throw new ArgumentError(
      op,
      `params is not a list: got ${got}, expected an iterable of tensors or of groups. Pass model.parameters(), or [tensor].`,
    );
  }
  const list = [...params];
  if (list.length === 0) {
    throw new ArgumentError(
      op,
      'no parameters: got an empty list, expected at least one tensor. Does the model have parameters, and was the iterator used before?',
    );
  }
  const tensors = list.filter(isTensor);
  if (tensors.length === list.length) return [{ params: tensors } as unknown as ParamGroupInput<O>];
  if (tensors.length > 0) {
    throw new ArgumentError(
      op,
      'params mixes tensors and groups: expected one or the other. Wrap the tensors: { params: [tensor] }.',
    );
  }
  return list as ParamGroupInput<O>[];
}

/** The parameters of a new group, checked. `taken` holds those of the other groups. */
export function toParams(op: string, input: ParamGroupInput, taken: ReadonlySet<Tensor>): Tensor[] {
  const given: unknown = input?.params;
  const params: readonly unknown[] = isTensor(given)
    ? [given]
    : given
      ? [...(given as Iterable<unknown>)]
      : [];
  const seen = new Set<Tensor>();
  params.forEach((p, i) => {
    if (!isTensor(p)) {
      throw new ArgumentError(op, `parameter ${i} is not a tensor: got ${typeof p}, expected a tensor.`, {
        position: i,
      });
    }
    if (!p.isLeaf) {
      throw new ArgumentError(
        op,
        `parameter ${i} is the result of an op: got a tensor of shape [${p.shape.join(', ')}] with a history, expected a leaf. Optimize what it was computed from, or x.detach().requiresGrad_().`,
        { position: i },
      );
    }
    if (seen.has(p) || taken.has(p)) {
      throw new ArgumentError(
        op,
        `parameter ${i} is given twice: got it in ${seen.has(p) ? 'the same group' : 'another group'} too, expected each tensor once.`,
        { position: i },
      );
    }
    seen.add(p);
  });
  return [...seen];
}
