import type { Tensor } from '@flambeau/core';
import * as core from '@flambeau/core';

type Options = Readonly<Record<string, unknown>>;
type Results = Readonly<Record<string, Tensor>>;
type Parts = Tensor | Results;

/** What is sampled in place of decompositions whose results are determined up to signs, or that read one triangle only. */
interface GaugeFree {
  readonly before: (x: Tensor, options: Options) => Tensor;
  readonly after: (parts: Parts) => readonly Tensor[];
}

const same = (x: Tensor): Tensor => x;
const all = (parts: Parts): readonly Tensor[] => (core.isTensor(parts) ? [parts] : Object.values(parts));

/** (x + xᵀ) / 2, so that every element of x matters; what is no square matrix of floats stays for the function to refuse. */
function symmetric(x: Tensor): Tensor {
  const [m, n] = x.shape.slice(-2);
  return x.shape.length >= 2 && m === n && core.isFloat(x.dtype) ? core.mul(core.add(x, core.mT(x)), 0.5) : x;
}

/** Eigenvectors without their signs. */
const eigenvectors = (parts: Parts): readonly Tensor[] => {
  const { eigenvalues, eigenvectors: vectors } = parts as unknown as core.Eigh;
  return [eigenvalues, core.abs(vectors)];
};

/** Singular vectors without their signs, only those that belong to singular values; and that all are orthonormal. */
const singularVectors = (parts: Parts): readonly Tensor[] => {
  const { U, S, Vh } = parts as unknown as core.Svd;
  const k = S.shape.at(-1) as number;
  const [u, v] = [U.detach(), core.mT(Vh.detach())];
  return [
    core.abs(core.narrow(U, -1, 0, k)),
    S,
    core.abs(core.narrow(Vh, -2, 0, k)),
    core.matmul(core.mT(u), u),
    core.matmul(core.mT(v), v),
  ];
};

type Name = 'cholesky' | 'choleskyEx' | 'eigh' | 'eigvalsh' | 'pinv' | 'svd';

const forms: Readonly<Record<Name, GaugeFree>> = {
  cholesky: { before: symmetric, after: all },
  choleskyEx: { before: symmetric, after: all },
  eigh: { before: symmetric, after: eigenvectors },
  eigvalsh: { before: symmetric, after: all },
  pinv: { before: (x, options) => (options['hermitian'] ? symmetric(x) : x), after: all },
  svd: { before: same, after: singularVectors },
};

const everything: typeof core = core;

type Call = (x: Tensor, options?: Options) => unknown;

function sync(name: Name): Call {
  const { before, after } = forms[name];
  const fn = everything[`${name}Sync`] as (x: Tensor, options?: Options) => Parts;
  return (x, options = {}) => core.tidy(() => after(fn(before(x, options), options)));
}

/** What an asynchronous call makes on the way is not in any scope: it is disposed by hand. */
function later(name: Name): Call {
  const { before, after } = forms[name];
  const fn = everything[name] as (x: Tensor, options?: Options) => Promise<Parts>;
  return async (x, options = {}) => {
    const input = core.tidy(() => before(x, options));
    const parts = await fn(input, options);
    const results = core.tidy(() => after(parts));
    for (const made of [input, ...all(parts)]) if (made !== x && !results.includes(made)) made.dispose();
    return results;
  };
}

const names = Object.keys(forms) as Name[];

/** The calls by name, synchronous forms included. */
export const gaugeFree: Readonly<Record<Name | `${Name}Sync`, Call>> = Object.fromEntries(
  names.flatMap((name) => [
    [name, later(name)],
    [`${name}Sync`, sync(name)],
  ]),
) as Record<Name | `${Name}Sync`, Call>;
