import { afterEach, describe, expect, test, vi } from 'vitest';
import { builtinModule, environment, nodeMajor } from './host.ts';

const { process } = globalThis;

/** What a function gives with another `process`. */
function withProcess<T>(other: object | undefined, look: () => T): T {
  vi.stubGlobal('process', other);
  try {
    return look();
  } finally {
    vi.stubGlobal('process', process);
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const everything = (): unknown[] => [builtinModule('node:os'), nodeMajor(), environment('FLAMBEAU_TEST')];

describe('what the host has', () => {
  test('is what Node says, in Node', () => {
    vi.stubEnv('FLAMBEAU_TEST', '1');
    expect(everything()).toEqual([
      expect.objectContaining({ availableParallelism: expect.any(Function) }),
      Number.parseInt(process.versions.node, 10),
      '1',
    ]);
    vi.unstubAllEnvs();
  });

  test('is nothing where there is no process, or an empty one, as bundlers put there', () => {
    for (const other of [undefined, {}, { env: {} }]) {
      expect(withProcess(other, everything)).toEqual([null, 0, undefined]);
    }
  });

  test('is nothing where process forbids to look, as in edge runtimes', () => {
    const forbidden = (name: string | symbol): never => {
      throw new Error(`A Node.js API is used (process.${String(name)})`);
    };
    const atAccess = new Proxy({}, { get: (_, name) => forbidden(name) });
    const atCall = { env: {}, getBuiltinModule: () => forbidden('getBuiltinModule') };
    for (const other of [atAccess, atCall])
      expect(withProcess(other, everything)).toEqual([null, 0, undefined]);
  });
});
