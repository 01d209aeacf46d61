/** Arrays that the kernels read and write. Products are summed in float64 and rounded once, at the store. */
export type NumberArray = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

const STRIP = 4;
const sums = new Float64Array(STRIP);

/**
 * {@link gemm} on operands that are read in place: as fast as it gets for thin and small ones, where packing does not
 * pay; about half as fast for large ones.
 */
export function thinProduct(
  m: number,
  n: number,
  k: number,
  a: NumberArray,
  aOffset: number,
  aRow: number,
  aCol: number,
  b: NumberArray,
  bOffset: number,
  bRow: number,
  bCol: number,
  c: NumberArray,
  cOffset: number,
  cRow: number,
  accumulate = false,
  bias: NumberArray | null = null,
  biasOffset = 0,
): void {
  if (n >= m) {
    stripProduct(
      m,
      n,
      k,
      a,
      aOffset,
      aRow,
      aCol,
      b,
      bOffset,
      bRow,
      bCol,
      c,
      cOffset,
      cRow,
      1,
      accumulate,
      bias,
      biasOffset,
      0,
      1,
    );
  } else {
    stripProduct(
      n,
      m,
      k,
      b,
      bOffset,
      bCol,
      bRow,
      a,
      aOffset,
      aCol,
      aRow,
      c,
      cOffset,
      1,
      cRow,
      accumulate,
      bias,
      biasOffset,
      1,
      0,
    );
  }
}

/** Four columns at a time. */
function stripProduct(
  m: number,
  n: number,
  k: number,
  a: NumberArray,
  aOffset: number,
  aRow: number,
  aCol: number,
  b: NumberArray,
  bOffset: number,
  bRow: number,
  bCol: number,
  c: NumberArray,
  cOffset: number,
  cRow: number,
  cCol: number,
  accumulate: boolean,
  bias: NumberArray | null,
  biasOffset: number,
  biasRow: number,
  biasCol: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j += STRIP) {
      const width = Math.min(STRIP, n - j);
      // Missing columns repeat a present one: their sums are never stored.
      const step1 = width > 1 ? bCol : 0;
      const step2 = width > 2 ? step1 + bCol : step1;
      const step3 = width > 3 ? step2 + bCol : step2;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let l = k, p = aOffset + i * aRow, q = bOffset + j * bCol; l > 0; l = (l - 1) | 0) {
        const x = a[p];
        s0 += x * b[q];
        s1 += x * b[(q + step1) | 0];
        s2 += x * b[(q + step2) | 0];
        s3 += x * b[(q + step3) | 0];
        p = (p + aCol) | 0;
        q = (q + bRow) | 0;
      }
      sums[0] = s0;
      sums[1] = s1;
      sums[2] = s2;
      sums[3] = s3;
      for (let l = 0, o = cOffset + i * cRow + j * cCol; l < width; l++, o += cCol) {
        const shift = bias === null ? 0 : bias[biasOffset + i * biasRow + (j + l) * biasCol];
        c[o] = accumulate ? c[o] + sums[l] + shift : sums[l] + shift;
      }
    }
  }
}
