import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder with real SVHN digits for tests that need them: `SVHN_DIR`, else `shared/data/svhn` beside the repository.
 * They are research-only and never part of the repository; without them the reason is printed.
 */
export function findSvhnFolder(): string | null {
  const folder =
    process.env['SVHN_DIR'] ?? fileURLToPath(new URL('../../../../../../shared/data/svhn', import.meta.url));
  if (existsSync(`${folder}/test_32x32.mat`)) return folder;
  console.warn(
    `Tests on real digits are skipped: no test_32x32.mat in ${folder}. Set SVHN_DIR to a folder that has it.`,
  );
  return null;
}
