import * as draws from '../create-draws.ts';
import type { DType } from '../dtype.ts';
import * as rectifiers from './activation/rectifiers.ts';
import * as smooth from './activation/smooth.ts';
import * as at from './at.ts';
import * as copy from './copy.ts';
import * as create from './create-ops.ts';
import * as elementwise from './elementwise.ts';
import * as host from './host.ts';
import * as embedding from './indexing/embedding.ts';
import * as isin from './indexing/isin.ts';
import * as maskedScatter from './indexing/masked-scatter.ts';
import * as scatter from './indexing/scatter-op.ts';
import * as scatterReduce from './indexing/scatter-reduce-op.ts';
import * as wrap from './indexing/wrap.ts';
import * as indexing from './indexing.ts';
import * as cholesky from './linalg/cholesky.ts';
import * as choleskySolve from './linalg/cholesky-solve.ts';
import * as determinant from './linalg/determinant.ts';
import * as eigen from './linalg/eigen.ts';
import * as inverse from './linalg/inverse.ts';
import * as ldl from './linalg/ldl.ts';
import * as leastSquares from './linalg/least-squares.ts';
import * as lu from './linalg/lu.ts';
import * as luSolve from './linalg/lu-solve.ts';
import * as matrixFunctions from './linalg/matrix-functions.ts';
import * as pseudoInverse from './linalg/pseudo-inverse.ts';
import * as qr from './linalg/qr.ts';
import * as solve from './linalg/solve.ts';
import * as solveTriangular from './linalg/solve-triangular.ts';
import * as svd from './linalg/svd.ts';
import * as loss from './loss.ts';
import type { MapOp } from './map-op.ts';
import * as comparison from './math/comparison.ts';
import * as divide from './math/divide.ts';
import * as errorFunction from './math/error-function.ts';
import * as exponential from './math/exponential.ts';
import * as floatParts from './math/float-parts.ts';
import * as gamma from './math/gamma.ts';
import * as hyperbolic from './math/hyperbolic.ts';
import * as integer from './math/integer.ts';
import * as rounding from './math/rounding.ts';
import * as trigonometric from './math/trigonometric.ts';
import * as matmul from './matmul.ts';
import * as avgPool2d from './neural/avg-pool2d-ops.ts';
import * as conv2d from './neural/conv2d-ops.ts';
import * as conv3d from './neural/conv3d-ops.ts';
import * as ctc from './neural/ctc.ts';
import * as dropout from './neural/dropout.ts';
import * as gridTaps from './neural/grid-taps.ts';
import * as groupNorm from './neural/group-norm.ts';
import * as layerNorm from './neural/layer-norm.ts';
import * as maxPool2d from './neural/max-pool2d-ops.ts';
import * as maxUnpool from './neural/max-unpool.ts';
import * as norm from './norm.ts';
import type { Op } from './op.ts';
import * as reduce from './reduce.ts';
import * as covariance from './reduction/covariance.ts';
import * as logcumsumexp from './reduction/logcumsumexp.ts';
import * as normOver from './reduction/norm-over.ts';
import * as product from './reduction/product.ts';
import * as runningExtremes from './reduction/running-extremes.ts';
import * as scan from './reduction/scan.ts';
import * as asStrided from './shape/as-strided.ts';
import * as constantPad from './shape/constant-pad.ts';
import * as diagonal from './shape/diagonal.ts';
import * as edgePad from './shape/edge-pad.ts';
import * as join from './shape/join.ts';
import * as roll from './shape/roll.ts';
import * as viewScatter from './shape/scatter.ts';
import * as split from './shape/split.ts';
import * as stacks from './shape/stacks.ts';
import * as triangle from './shape/triangle.ts';
import * as unfoldDimension from './shape/unfold-dimension.ts';
import * as softmax from './softmax.ts';
import * as orderStatistics from './sorting/order-statistics.ts';
import * as search from './sorting/search.ts';
import * as sort from './sorting/sort.ts';
import * as unique from './sorting/unique.ts';
import { transferOp } from './transfer.ts';
import * as view from './view.ts';

const modules = [
  elementwise,
  reduce,
  product,
  scan,
  runningExtremes,
  logcumsumexp,
  sort,
  search,
  orderStatistics,
  unique,
  normOver,
  covariance,
  matmul,
  softmax,
  conv2d,
  conv3d,
  avgPool2d,
  maxPool2d,
  maxUnpool,
  norm,
  layerNorm,
  dropout,
  ctc,
  groupNorm,
  gridTaps,
  loss,
  rectifiers,
  smooth,
  comparison,
  divide,
  errorFunction,
  exponential,
  floatParts,
  gamma,
  hyperbolic,
  integer,
  rounding,
  trigonometric,
  host,
  cholesky,
  choleskySolve,
  determinant,
  eigen,
  inverse,
  ldl,
  leastSquares,
  lu,
  luSolve,
  matrixFunctions,
  pseudoInverse,
  qr,
  solve,
  solveTriangular,
  svd,
  indexing,
  scatter,
  scatterReduce,
  wrap,
  embedding,
  maskedScatter,
  isin,
  at,
  join,
  diagonal,
  triangle,
  asStrided,
  constantPad,
  edgePad,
  roll,
  viewScatter,
  split,
  stacks,
  unfoldDimension,
  view,
  copy,
  create,
  draws,
] as const;

/** An exported row (`relu`), or an exported object named after its op (`conv2dOp`). */
type Declaration = { readonly op: MapOp } | { readonly kind: 'kernel' | 'view'; readonly name: string };

type NamesIn<Module> = {
  [K in keyof Module & string]: Module[K] extends Declaration
    ? K extends `${infer Name}Op`
      ? Name
      : K
    : never;
}[keyof Module & string];

/** The name of every op, derived from what the op modules export: a table over it is complete or does not compile. */
export type OpName =
  | NamesIn<typeof elementwise>
  | NamesIn<typeof reduce>
  | NamesIn<typeof product>
  | NamesIn<typeof scan>
  | NamesIn<typeof runningExtremes>
  | NamesIn<typeof logcumsumexp>
  | NamesIn<typeof sort>
  | NamesIn<typeof search>
  | NamesIn<typeof orderStatistics>
  | NamesIn<typeof unique>
  | NamesIn<typeof normOver>
  | NamesIn<typeof covariance>
  | NamesIn<typeof matmul>
  | NamesIn<typeof softmax>
  | NamesIn<typeof conv2d>
  | NamesIn<typeof conv3d>
  | NamesIn<typeof avgPool2d>
  | NamesIn<typeof maxPool2d>
  | NamesIn<typeof maxUnpool>
  | NamesIn<typeof norm>
  | NamesIn<typeof layerNorm>
  | NamesIn<typeof dropout>
  | NamesIn<typeof ctc>
  | NamesIn<typeof groupNorm>
  | NamesIn<typeof gridTaps>
  | NamesIn<typeof loss>
  | NamesIn<typeof rectifiers>
  | NamesIn<typeof smooth>
  | NamesIn<typeof comparison>
  | NamesIn<typeof divide>
  | NamesIn<typeof errorFunction>
  | NamesIn<typeof exponential>
  | NamesIn<typeof floatParts>
  | NamesIn<typeof gamma>
  | NamesIn<typeof hyperbolic>
  | NamesIn<typeof integer>
  | NamesIn<typeof rounding>
  | NamesIn<typeof trigonometric>
  | NamesIn<typeof host>
  | NamesIn<typeof cholesky>
  | NamesIn<typeof choleskySolve>
  | NamesIn<typeof determinant>
  | NamesIn<typeof eigen>
  | NamesIn<typeof inverse>
  | NamesIn<typeof ldl>
  | NamesIn<typeof leastSquares>
  | NamesIn<typeof lu>
  | NamesIn<typeof luSolve>
  | NamesIn<typeof matrixFunctions>
  | NamesIn<typeof pseudoInverse>
  | NamesIn<typeof qr>
  | NamesIn<typeof solve>
  | NamesIn<typeof solveTriangular>
  | NamesIn<typeof svd>
  | NamesIn<typeof indexing>
  | NamesIn<typeof scatter>
  | NamesIn<typeof scatterReduce>
  | NamesIn<typeof wrap>
  | NamesIn<typeof embedding>
  | NamesIn<typeof maskedScatter>
  | NamesIn<typeof isin>
  | NamesIn<typeof at>
  | NamesIn<typeof join>
  | NamesIn<typeof diagonal>
  | NamesIn<typeof triangle>
  | NamesIn<typeof asStrided>
  | NamesIn<typeof constantPad>
  | NamesIn<typeof edgePad>
  | NamesIn<typeof roll>
  | NamesIn<typeof viewScatter>
  | NamesIn<typeof split>
  | NamesIn<typeof stacks>
  | NamesIn<typeof unfoldDimension>
  | NamesIn<typeof view>
  | NamesIn<typeof copy>
  | NamesIn<typeof create>
  | NamesIn<typeof draws>
  | `to_${DType}`
  | 'to';

function opsIn(module: object): readonly Op[] {
  return Object.values(module).flatMap((value: unknown) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return [];
    if ('op' in value) return [value.op as Op];
    return 'infer' in value || 'view' in value ? [value as Op] : [];
  });
}

/** Every op there is, by name: what drives samples, golden tests, conformance and the docs. */
export const opTable: ReadonlyMap<OpName, Op> = /*#__PURE__*/ new Map(
  [...modules.flatMap(opsIn), ...elementwise.castOps, transferOp].map((op) => [op.name as OpName, op]),
);
