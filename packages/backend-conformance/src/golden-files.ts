import arithmetic from './golden/arithmetic.json' with { type: 'json' };
import creation from './golden/creation.json' with { type: 'json' };
import functions from './golden/functions.json' with { type: 'json' };
import inPlace from './golden/in-place.json' with { type: 'json' };
import indexing from './golden/indexing.json' with { type: 'json' };
import linear from './golden/linear.json' with { type: 'json' };
import logic from './golden/logic.json' with { type: 'json' };
import neural from './golden/neural.json' with { type: 'json' };
import planes from './golden/planes.json' with { type: 'json' };
import reduction from './golden/reduction.json' with { type: 'json' };
import rounding from './golden/rounding.json' with { type: 'json' };
import shape from './golden/shape.json' with { type: 'json' };
import type { GoldenFile } from './golden.ts';
import type { Family } from './samples/table.ts';

/** What PyTorch gave, by family. */
export const goldenFiles: Readonly<Record<Family, GoldenFile>> = {
  arithmetic,
  creation,
  functions,
  'in-place': inPlace,
  indexing,
  linear,
  logic,
  neural,
  planes,
  reduction,
  rounding,
  shape,
};
