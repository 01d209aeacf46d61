import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Library, Task } from './part.ts';
import { takePart } from './part.ts';

/** A library that notes what it is asked for. */
function noting(asked: unknown[], changes: Partial<Library> = {}): Library {
  const task: Task = (times, perRead) => {
    asked.push([times, perRead]);
  };
  return {
    version: '1.0',
    open: async () => {
      asked.push('open');
      return null;
    },
    works: { matmul64: () => task, mlp_step64: () => task, softmax: 'not in this library' },
    cnnStep: (pictures) => () => {
      asked.push(pictures);
      return () => 0.5;
    },
    ...changes,
  };
}

afterEach(() => vi.unstubAllGlobals());

describe('a part in the benchmark', () => {
  test('opens the device, sets the work up, and does it as often as told, so many results to a wait', async () => {
    const asked: unknown[] = [];
    const { greeting, run } = await takePart(noting(asked), 'matmul64');
    expect(greeting).toEqual({ version: '1.0' });
    expect((await run(7)).ms).toBeGreaterThanOrEqual(0);
    await (await takePart(noting(asked), 'mlp_step64')).run(2);
    expect(asked).toEqual(['open', [7, 64], 'open', [2, 1]]);
  });

  test('says why there is none, and opens nothing for work that it does not do', async () => {
    const asked: unknown[] = [];
    const greets = async (library: Library, id: string) => (await takePart(library, id)).greeting.missing;
    expect(await greets(noting(asked), 'softmax')).toBe('not in this library');
    expect(await greets(noting(asked), 'gru_step')).toBe('not written for this library');
    expect(asked).toEqual([]);
    const closed = noting([], { open: async () => 'no adapter' });
    expect(await greets(closed, 'matmul64')).toBe('no adapter');
  });

  test('fails on results that are no numbers', async () => {
    const { run } = await takePart(noting([], { works: { softmax: () => () => Number.NaN } }), 'softmax');
    await expect(run(1)).rejects.toThrow('the result is not finite: got NaN');
  });

  test('starts in phases: the device is opened in the first, the last is on fewer pictures', async () => {
    const asked: unknown[] = [];
    const { run } = await takePart(noting(asked), 'startup64');
    expect(asked).toEqual([]);
    const seen: unknown[] = [];
    for (let phase = 0; phase < 4; phase++) {
      expect((await run(1)).value).toBe(0.5);
      seen.push(asked.splice(0));
    }
    expect(seen).toEqual([['open', 64], [], [64], [36]]);
  });

  test('tells what was asked of the GPU in a run, and fails when the device refused a command', async () => {
    class GPUDevice extends EventTarget {
      createComputePipeline(): string {
        return 'a pipeline';
      }
    }
    class GPUAdapter {
      info = { vendor: 'maker', architecture: 'kind' };
      async requestDevice(): Promise<GPUDevice> {
        return new GPUDevice();
      }
    }
    vi.stubGlobal('GPUDevice', GPUDevice);
    vi.stubGlobal('GPUAdapter', GPUAdapter);
    let device = new GPUDevice();
    const { greeting, run } = await takePart(
      noting([], {
        open: async () => {
          device = await new GPUAdapter().requestDevice();
          device.createComputePipeline();
          return null;
        },
        works: {
          softmax: () => (times) => {
            for (let i = 0; i < times; i++) expect(device.createComputePipeline()).toBe('a pipeline');
          },
        },
      }),
      'softmax',
    );
    expect(greeting.version).toBe('1.0 on maker kind');
    expect(await run(3)).toMatchObject({
      gpu: { pipelines: 3, dispatches: 0, submits: 0 },
      adapter: 'maker kind',
    });
    const refusal = Object.assign(new Event('uncapturederror'), { error: { message: 'too large\nmore' } });
    device.dispatchEvent(refusal);
    await expect(run(1)).rejects.toThrow('the device refused a command: too large');
  });
});
