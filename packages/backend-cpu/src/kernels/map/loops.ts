import { registeredFunction } from '@flambeau/core/functional';

/** Registers and operands of the block interpreter. */
export type Register = Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array;

/**
 * Applies one scalar operation to `n` elements. Arrays come with the position to start at; unused operands repeat
 * the first. Storing into the register rounds to its type.
 */
export type Loop = (
  out: Register,
  o: number,
  a: Register,
  i: number,
  b: Register,
  j: number,
  c: Register,
  k: number,
  n: number,
) => void;

/** One loop a name, so that each stays monomorphic and V8 keeps its body tight. */
const common: Readonly<Record<string, Loop>> = {
  add: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] + b[j + e];
  },
  sub: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] - b[j + e];
  },
  mul: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] * b[j + e];
  },
  div: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] / b[j + e];
  },
  pow: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) {
      const x = a[i + e];
      const y = b[j + e];
      // C's pow gives 1 where JavaScript's gives NaN
      out[o + e] = x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y;
    }
  },
  max: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.max(a[i + e], b[j + e]);
  },
  min: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.min(a[i + e], b[j + e]);
  },
  neg: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = -a[i + e];
  },
  abs: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.abs(a[i + e]);
  },
  exp: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.exp(a[i + e]);
  },
  log: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.log(a[i + e]);
  },
  sqrt: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.sqrt(a[i + e]);
  },
  sin: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.sin(a[i + e]);
  },
  cos: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.cos(a[i + e]);
  },
  tanh: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.tanh(a[i + e]);
  },
  floor: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.floor(a[i + e]);
  },
  trunc: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.trunc(a[i + e]);
  },
  eq: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] === b[j + e] ? 1 : 0;
  },
  ne: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] !== b[j + e] ? 1 : 0;
  },
  lt: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] < b[j + e] ? 1 : 0;
  },
  le: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] <= b[j + e] ? 1 : 0;
  },
  gt: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] > b[j + e] ? 1 : 0;
  },
  ge: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] >= b[j + e] ? 1 : 0;
  },
  select: (out, o, a, i, b, j, c, k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] !== 0 ? b[j + e] : c[k + e];
  },
  isnan: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Number.isNaN(a[i + e]) ? 1 : 0;
  },
  and: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] & b[j + e];
  },
  or: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] | b[j + e];
  },
  xor: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] ^ b[j + e];
  },
  shl: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] << b[j + e];
  },
  shr: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] >> b[j + e];
  },
  log1p: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.log1p(a[i + e]);
  },
  expm1: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.expm1(a[i + e]);
  },
  fmod: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = a[i + e] % b[j + e];
  },
  sigmoid: (out, o, a, i, _b, _j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = 1 / (1 + Math.exp(-a[i + e]));
  },
};

/** Where int32 needs other arithmetic than float64 rounded at the store: wrapping products, truncated quotients. */
const integer: Readonly<Record<string, Loop>> = {
  mul: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = Math.imul(a[i + e], b[j + e]);
  },
  div: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = b[j + e] === 0 ? 0 : Math.trunc(a[i + e] / b[j + e]);
  },
  pow: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = integerPower(a[i + e], b[j + e]);
  },
  fmod: (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = b[j + e] === 0 ? 0 : a[i + e] % b[j + e];
  },
};

function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let factor = base;
  for (let left = exponent; left > 0; left >>>= 1) {
    if (left & 1) result = Math.imul(result, factor);
    factor = Math.imul(factor, factor);
  }
  return result;
}

/** Conversions. Float to integer truncates; everything nonzero, NaN too, is true; small integers wrap at the store. */
const copy: Loop = (out, o, a, i, _b, _j, _c, _k, n) => {
  for (let e = 0; e < n; e++) out[o + e] = a[i + e];
};
const toBool: Loop = (out, o, a, i, _b, _j, _c, _k, n) => {
  for (let e = 0; e < n; e++) out[o + e] = a[i + e] !== 0 ? 1 : 0;
};
const wrapUnsigned: Loop = (out, o, a, i, _b, _j, _c, _k, n) => {
  for (let e = 0; e < n; e++) out[o + e] = a[i + e] & 255;
};
const wrapSigned: Loop = (out, o, a, i, _b, _j, _c, _k, n) => {
  for (let e = 0; e < n; e++) out[o + e] = (a[i + e] << 24) >> 24;
};

/** A loop that calls a function, for what is registered with one. */
function calling(op: string): Loop | undefined {
  const evaluate = registeredFunction(op)?.evaluate;
  if (!evaluate) return undefined;
  return (out, o, a, i, b, j, _c, _k, n) => {
    for (let e = 0; e < n; e++) out[o + e] = evaluate(a[i + e], b[j + e]);
  };
}

/** The loop for an operation on a type. @throws TypeError for an operation that this backend does not know. */
export function loopFor(op: string, type: string, target: string): Loop {
  if (op === 'cast') {
    if (target === 'bool') return toBool;
    if (target === 'uint8') return wrapUnsigned;
    return target === 'int8' ? wrapSigned : copy;
  }
  const loop = (type === 'int32' ? integer[op] : undefined) ?? common[op] ?? calling(op);
  if (!loop) throw new TypeError(`cpu: no loop for scalar operation '${op}'`);
  return loop;
}

/** Tier-2 functions that are computed here, not by their definitions: the engine's own are as accurate as float64. */
export const scalarFunctions: ReadonlySet<string> = new Set(['log1p', 'expm1', 'fmod', 'sigmoid']);
