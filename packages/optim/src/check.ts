import type { Tensor } from '@flambeau/core';
import { ArgumentError, formatShape, isTensor, sameShape } from '@flambeau/core';

/** @throws {@link ArgumentError} unless the value is a number that is not below 0. */
export function checkNotNegative(op: string, name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new ArgumentError(op, `invalid ${name}: got ${String(value)}, expected a number ≥ 0.`, {
    [name]: value,
  });
}

/** @throws {@link ArgumentError} unless the value is a finite number. */
export function checkFinite(op: string, name: string, value: unknown): void {
  if (Number.isFinite(value)) return;
  throw new ArgumentError(op, `invalid ${name}: got ${String(value)}, expected a finite number.`, {
    [name]: value,
  });
}

/** @throws {@link ArgumentError} unless the value is a positive integer. */
export function checkPositiveInteger(op: string, name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw new ArgumentError(op, `invalid ${name}: got ${String(value)}, expected a positive integer.`, {
    [name]: value,
  });
}

/** @throws {@link ArgumentError} unless these are two decay rates in [0, 1). */
export function checkBetas(op: string, betas: unknown): void {
  const pair = Array.isArray(betas) ? (betas as readonly unknown[]) : [];
  if (pair.length === 2 && pair.every((beta) => typeof beta === 'number' && beta >= 0 && beta < 1)) return;
  throw new ArgumentError(
    op,
    `invalid betas: got ${Array.isArray(betas) ? `[${pair.join(', ')}]` : String(betas)}, expected two numbers in [0, 1).`,
    { betas },
  );
}

/** @throws {@link ArgumentError} unless the value is true or false. */
export function checkBoolean(op: string, name: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new ArgumentError(op, `invalid ${name}: got ${String(value)}, expected true or false.`, {
    [name]: value,
  });
}

/** Checks that a loaded state has these tensors, shaped like the parameter, and a count of steps if it needs one. */
export function checkState(
  op: string,
  param: Tensor,
  state: Readonly<Record<string, unknown>>,
  tensors: readonly string[],
  counted: boolean,
): void {
  for (const name of tensors) {
    const value = state[name];
    const found = isTensor(value) ? formatShape(value.shape) : String(value);
    if (!isTensor(value) || !sameShape(value.shape, param.shape)) {
      throw new ArgumentError(
        op,
        `the saved ${name} does not fit its parameter: got ${found}, expected a tensor of shape ${formatShape(param.shape)}. Was it saved from the same model and optimizer?`,
        { name },
      );
    }
  }
  const { step } = state;
  if (counted && !(Number.isSafeInteger(step) && (step as number) >= 0)) {
    throw new ArgumentError(
      op,
      `the saved step is not a count: got ${String(step)}, expected an integer ≥ 0.`,
      { step },
    );
  }
}
