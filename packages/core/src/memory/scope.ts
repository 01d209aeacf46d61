import { runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';

/** Collects the tensors that are made while it is open. */
export interface TensorScope {
  /** Also collect on devices whose memory the collector owns. */
  readonly everywhere: boolean;
  readonly made: Tensor[];
}

/** Called by the tensor constructor while a scope is open. */
export function noteMade(scope: TensorScope, x: Tensor): void {
  if (scope.everywhere || x.storage.buffer.device.memory.explicit) scope.made.push(x);
}

/** Runs `fn` with a scope of its own; what it made is handed to `close` with the result, also nothing after a throw. */
export function withScope<T>(
  everywhere: boolean,
  fn: () => T,
  close: (made: readonly Tensor[], result: T) => void,
): T {
  const outer = runtime.scope;
  const scope: TensorScope = { everywhere, made: [] };
  runtime.scope = scope;
  let result: T;
  try {
    result = fn();
  } finally {
    runtime.scope = outer;
  }
  close(scope.made, result);
  return result;
}

/** Runs `fn` with no scope: what it makes is left alone. For user code called from inside library code. */
export function withoutScope<T>(fn: () => T): T {
  const outer = runtime.scope;
  runtime.scope = null;
  try {
    return fn();
  } finally {
    runtime.scope = outer;
  }
}

/** Releases tensors except those kept; the kept ones pass to the enclosing scope, which may release them in turn. */
export function releaseExcept(made: readonly Tensor[], kept: ReadonlySet<Tensor>): void {
  for (const x of made) {
    if (kept.has(x)) {
      if (runtime.scope) noteMade(runtime.scope, x);
    } else x.dispose();
  }
}

/** Tensors reachable from a value through arrays, plain objects, maps, sets and object fields. */
export function reachableTensors(
  roots: readonly unknown[],
  isTensor: (value: unknown) => value is Tensor,
): Set<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<object>();
  const stack: unknown[] = [...roots];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isTensor(value)) {
      found.add(value);
      if (value.leafGrad) stack.push(value.leafGrad);
    } else if (ArrayBuffer.isView(value)) continue;
    else if (value instanceof Map) pushAll(stack, value.keys(), value.values());
    else if (Array.isArray(value) || value instanceof Set) pushAll(stack, value);
    else pushAll(stack, Object.values(value));
  }
  return found;
}

/** Pushes one by one: spreading a long list into arguments overflows the call stack. */
function pushAll(stack: unknown[], ...lists: readonly Iterable<unknown>[]): void {
  for (const list of lists) for (const value of list) stack.push(value);
}
