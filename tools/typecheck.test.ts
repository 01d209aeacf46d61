import { expect, test } from 'vitest';
import { diagnostics, outsideKernels } from './typecheck.ts';

test('a diagnostic keeps the lines that explain it', () => {
  const output = 'a.ts(1,2): error TS1: one\n  because\nb.ts(3,4): error TS2: two\n';
  expect(diagnostics(output)).toEqual(['a.ts(1,2): error TS1: one\n  because', 'b.ts(3,4): error TS2: two']);
});

test('indexed access goes unchecked in kernel folders, but not in the tests there', () => {
  const at = (path: string): string => `${path}(1,2): error TS2532: Object is possibly 'undefined'.`;
  expect(outsideKernels(at('packages/backend-cpu/src/kernels/matmul.ts'))).toBe(false);
  expect(outsideKernels(at('packages/backend-cpu/src/kernels/matmul.test.ts'))).toBe(true);
  expect(outsideKernels(at('packages/backend-cpu/src/storage.ts'))).toBe(true);
  expect(outsideKernels('error TS6053: File not found.')).toBe(true);
});
