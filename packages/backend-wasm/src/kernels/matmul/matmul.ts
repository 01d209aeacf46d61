import type { Kernel, NoAttrs, Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { addressOf } from '../operand.ts';
import { canApply, outputMap } from '../output-map.ts';
import { eachElement } from '../walk.ts';
import type { Gemm, Matrix, Product, ProductAddresses } from './gemm.ts';
import { isSmall } from './gemm.ts';
import { createPlainLinear, createPlainMatmul } from './plain.ts';

const FLOAT = 4;

/** The last two dimensions of an operand. */
function matrixOf(x: Operand): Matrix {
  const rank = x.shape.length;
  return { address: addressOf(x), row: FLOAT * x.strides[rank - 2], column: FLOAT * x.strides[rank - 1] };
}

/** x·wᵀ + b over all leading dimensions: their rows at once where they follow each other, else matrix by matrix. */
export function createLinear(memory: LinearMemory, gemm: Gemm): Kernel<NoAttrs> {
  const plain = createPlainLinear(memory);
  const kernel: Kernel<NoAttrs> = (inputs, outputs, attrs, context) => {
    const [x, w, bias] = inputs;
    const [y] = outputs;
    if (y.dtype !== 'float32') return plain(inputs, outputs, attrs, context);
    const map = outputMap(memory, context, y);
    const rank = x.shape.length;
    const k = x.shape[rank - 1];
    const n = w.shape[0];
    const weight = matrixOf(w);
    const right = { address: weight.address, row: weight.column, column: weight.row };
    const shift = bias ? { address: addressOf(bias), stride: FLOAT * bias.strides[0] } : null;
    const product = (m: number, row: number, address: number, output: number): void =>
      gemm.run({
        m,
        n,
        k,
        a: { address, row: FLOAT * row, column: FLOAT * x.strides[rank - 1] },
        b: right,
        output,
        bias: shift,
        map,
      });
    const lead = mergeLayouts({ shape: x.shape.slice(0, -1), strides: [x.strides.slice(0, -1)] });
    if (lead.shape.length < 2) {
      product(y.size / Math.max(n, 1), lead.strides[0]?.[0] ?? 0, addressOf(x), addressOf(y));
      return undefined;
    }
    const [m, row] = [x.shape[rank - 2], x.strides[rank - 2]];
    const starts = [x, y].map(({ strides }) => ({ strides, offset: 0 }));
    eachElement(x.shape.slice(0, -2), starts, ([p, o]) =>
      product(m, row, addressOf(x) + FLOAT * p, addressOf(y) + FLOAT * o),
    );
    return undefined;
  };
  return Object.assign(kernel, { fusesOutput: canApply });
}

/** Batched matrix product: by vectors in float32, by plain loops in other dtypes. Views are read in place. */
export function createMatmul(memory: LinearMemory, gemm: Gemm): Kernel<NoAttrs> {
  const plain = createPlainMatmul(memory);
  const kernel: Kernel<NoAttrs> = (inputs, outputs, attrs, context) => {
    const [a, b] = inputs;
    const [y] = outputs;
    if (y.dtype !== 'float32') return plain(inputs, outputs, attrs, context);
    const row = a.shape.length - 2;
    const [m, k] = a.shape.slice(row);
    const n = b.shape[row + 1];
    const map = outputMap(memory, context, y);
    const [left, right, output] = [matrixOf(a), matrixOf(b), addressOf(y)];
    const product: Product = { m, n, k, a: left, b: right, output, bias: null, map };
    const products: ProductAddresses[] = [];
    const starts = [a, b, y].map(({ strides }) => ({ strides, offset: 0 }));
    eachElement(a.shape.slice(0, row), starts, ([p, q, o]) => {
      products.push({
        a: left.address + FLOAT * p,
        b: right.address + FLOAT * q,
        output: output + FLOAT * o,
      });
    });
    if (products.length > 1 && isSmall(product)) gemm.runBatch(product, products);
    else for (const at of products) gemm.run(placed(product, at));
    return undefined;
  };
  return Object.assign(kernel, { fusesOutput: canApply });
}

/** A product of other matrices that lie alike. */
const placed = (product: Product, { a, b, output }: ProductAddresses): Product => ({
  ...product,
  a: { ...product.a, address: a },
  b: { ...product.b, address: b },
  output,
});
