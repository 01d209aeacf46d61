import type { Expr } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { multiplyAdd } from '../matmul/tile.ts';

// F(4 × 4, 3 × 3) of A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks (arXiv:1509.09308): tile and
// filter are polynomials, multiplied by their values at six points. The names B, G and A are the paper's; the points are
// 0, ±5/8, ±3/2 and infinity, with about half the error of the paper's ±1 and ±2, and exact in binary.
const P = 0.625;
const Q = 1.5;
const PP: number = P * P;
const QQ: number = Q * Q;
/** The filter's polynomial is divided by these at ±P and ±Q. */
const AT_P: number = 2 * PP * (PP - QQ);
const AT_Q: number = 2 * QQ * (QQ - PP);

/** Output pixels per side of a tile. */
export const TILE = 4;
/** Input pixels per side of a tile, and points. */
export const POINTS = 6;
/** Products of a tile. */
export const SPECTRUM: number = POINTS * POINTS;

type Vector = Expr<'v128'>;

/** A product with one of the matrices, of as many vectors as it has columns. */
export type Transform = (x: readonly Vector[]) => readonly Local<'v128'>[];

/** Writes a transform's code: constants at once, before any loop, the rest where it is used. */
export type TransformCode = (body: FunctionBody, fused: boolean) => Transform;

interface Arithmetic {
  /** A constant in every lane. */
  readonly k: (value: number) => Local<'v128'>;
  /** a·b + c */
  readonly madd: (a: Vector, b: Vector, c: Vector) => Vector;
  readonly keep: (x: Vector) => Local<'v128'>;
}

function transform(
  constants: readonly number[],
  formula: (x: readonly Vector[], arithmetic: Arithmetic) => readonly Vector[],
): TransformCode {
  return (body, fused) => {
    const known = new Map(
      constants.map((value) => [
        value,
        body.let(v128.const(new Uint8Array(new Float32Array(4).fill(value).buffer))),
      ]),
    );
    const arithmetic: Arithmetic = {
      k: (value) => known.get(value) as Local<'v128'>,
      madd: (a, b, c) => multiplyAdd(fused, a, b, c),
      keep: (x) => body.let(x),
    };
    return (x) => formula(x, arithmetic).map((y) => body.let(y));
  };
}

const { add, sub, mul } = f32x4;

/** Bᵀ d: from 6 pixels to their values at the points. */
export const spreadInput: TransformCode = transform(
  [PP * QQ, -(PP + QQ), -QQ, -PP, P, -P, Q, -Q],
  (x, { k, madd, keep }) => {
    const [d0, d1, d2, d3, d4, d5] = x as readonly [Vector, Vector, Vector, Vector, Vector, Vector];
    const [evenP, oddP] = [keep(madd(k(-QQ), d2, d4)), keep(madd(k(-QQ), d1, d3))];
    const [evenQ, oddQ] = [keep(madd(k(-PP), d2, d4)), keep(madd(k(-PP), d1, d3))];
    return [
      madd(k(PP * QQ), d0, madd(k(-(PP + QQ)), d2, d4)),
      madd(k(P), oddP, evenP),
      madd(k(-P), oddP, evenP),
      madd(k(Q), oddQ, evenQ),
      madd(k(-Q), oddQ, evenQ),
      madd(k(PP * QQ), d1, madd(k(-(PP + QQ)), d3, d5)),
    ];
  },
);

/** A y: from the gradients of 4 output pixels to 6 values. */
export const spreadGradient: TransformCode = transform([P, Q, PP, QQ], (x, { k, madd, keep }) => {
  const [y0, y1, y2, y3] = x as readonly [Vector, Vector, Vector, Vector];
  const [evenP, oddP] = [keep(madd(k(PP), y2, y0)), keep(mul(k(P), madd(k(PP), y3, y1)))];
  const [evenQ, oddQ] = [keep(madd(k(QQ), y2, y0)), keep(mul(k(Q), madd(k(QQ), y3, y1)))];
  return [y0, add(evenP, oddP), sub(evenP, oddP), add(evenQ, oddQ), sub(evenQ, oddQ), y3];
});

/** G g: from 3 taps to their values at the points. */
export const spreadFilter: TransformCode = transform(
  [1 / (PP * QQ), 1 / AT_P, PP / AT_P, P / AT_P, 1 / AT_Q, QQ / AT_Q, Q / AT_Q],
  (x, { k, madd, keep }) => {
    const [g0, g1, g2] = x as readonly [Vector, Vector, Vector];
    const evenP = keep(madd(k(PP / AT_P), g2, mul(k(1 / AT_P), g0)));
    const evenQ = keep(madd(k(QQ / AT_Q), g2, mul(k(1 / AT_Q), g0)));
    const [oddP, oddQ] = [keep(mul(k(P / AT_P), g1)), keep(mul(k(Q / AT_Q), g1))];
    return [
      mul(k(1 / (PP * QQ)), g0),
      add(evenP, oddP),
      sub(evenP, oddP),
      add(evenQ, oddQ),
      sub(evenQ, oddQ),
      g2,
    ];
  },
);

/** Sums and differences of the values at ±P and ±Q. */
function pairs(m: readonly Vector[], keep: Arithmetic['keep']): readonly Vector[] {
  const [, m1, m2, m3, m4] = m as readonly [Vector, Vector, Vector, Vector, Vector];
  return [keep(add(m1, m2)), keep(sub(m1, m2)), keep(add(m3, m4)), keep(sub(m3, m4))];
}

type Pairs = readonly [Vector, Vector, Vector, Vector];

/** Aᵀ m: from 6 products to 4 output pixels. */
export const gatherOutput: TransformCode = transform(
  [P, PP, P * PP, Q, QQ, Q * QQ],
  (m, { k, madd, keep }) => {
    const [evenP, oddP, evenQ, oddQ] = pairs(m, keep) as Pairs;
    return [
      add(add(m[0] as Vector, evenP), evenQ),
      madd(k(Q), oddQ, mul(k(P), oddP)),
      madd(k(QQ), evenQ, mul(k(PP), evenP)),
      madd(k(P * PP), oddP, madd(k(Q * QQ), oddQ, m[5] as Vector)),
    ];
  },
);

/** Gᵀ m: from 6 products to the gradients of 3 taps. */
export const gatherFilter: TransformCode = transform(
  [1 / (PP * QQ), 1 / AT_P, PP / AT_P, P / AT_P, 1 / AT_Q, QQ / AT_Q, Q / AT_Q],
  (m, { k, madd, keep }) => {
    const [evenP, oddP, evenQ, oddQ] = pairs(m, keep) as Pairs;
    return [
      madd(k(1 / (PP * QQ)), m[0] as Vector, madd(k(1 / AT_P), evenP, mul(k(1 / AT_Q), evenQ))),
      madd(k(P / AT_P), oddP, mul(k(Q / AT_Q), oddQ)),
      madd(k(PP / AT_P), evenP, madd(k(QQ / AT_Q), evenQ, m[5] as Vector)),
    ];
  },
);
