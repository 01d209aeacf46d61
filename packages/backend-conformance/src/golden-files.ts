import activations from './golden/activations.json' with { type: 'json' };
import arithmetic from './golden/arithmetic.json' with { type: 'json' };
import arranging from './golden/arranging.json' with { type: 'json' };
import attention from './golden/attention.json' with { type: 'json' };
import convolution from './golden/convolution.json' with { type: 'json' };
import counting from './golden/counting.json' with { type: 'json' };
import creation from './golden/creation.json' with { type: 'json' };
import decompositions from './golden/decompositions.json' with { type: 'json' };
import draws from './golden/draws.json' with { type: 'json' };
import functions from './golden/functions.json' with { type: 'json' };
import inPlace from './golden/in-place.json' with { type: 'json' };
import indexing from './golden/indexing.json' with { type: 'json' };
import joining from './golden/joining.json' with { type: 'json' };
import linear from './golden/linear.json' with { type: 'json' };
import logic from './golden/logic.json' with { type: 'json' };
import lookup from './golden/lookup.json' with { type: 'json' };
import math from './golden/math.json' with { type: 'json' };
import neural from './golden/neural.json' with { type: 'json' };
import norm from './golden/norm.json' with { type: 'json' };
import normalisation from './golden/normalisation.json' with { type: 'json' };
import pooling from './golden/pooling.json' with { type: 'json' };
import products from './golden/products.json' with { type: 'json' };
import reduction from './golden/reduction.json' with { type: 'json' };
import resampling from './golden/resampling.json' with { type: 'json' };
import rounding from './golden/rounding.json' with { type: 'json' };
import scan from './golden/scan.json' with { type: 'json' };
import scatter from './golden/scatter.json' with { type: 'json' };
import shape from './golden/shape.json' with { type: 'json' };
import solving from './golden/solving.json' with { type: 'json' };
import sorting from './golden/sorting.json' with { type: 'json' };
import special from './golden/special.json' with { type: 'json' };
import type { GoldenFile } from './golden.ts';
import type { Family } from './samples/table.ts';

/** What PyTorch gave, by family. */
export const goldenFiles: Readonly<Record<Family, GoldenFile>> = {
  arithmetic,
  arranging,
  attention,
  convolution,
  counting,
  creation,
  decompositions,
  functions,
  'in-place': inPlace,
  indexing,
  joining,
  linear,
  logic,
  lookup,
  neural,
  norm,
  normalisation,
  pooling,
  products,
  draws,
  activations,
  math,
  reduction,
  resampling,
  rounding,
  scan,
  scatter,
  shape,
  solving,
  sorting,
  special,
};
