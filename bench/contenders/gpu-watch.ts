/** What a library has asked of WebGPU. */
export interface GpuCounts {
  /** Compute pipelines made. */
  readonly pipelines: number;
  readonly dispatches: number;
  readonly submits: number;
}

/** What is seen of a library's use of WebGPU, from outside of it. */
export interface GpuWatch {
  /** So far. */
  counts(): GpuCounts;
  /** Vendor and architecture of the adapter whose device was opened last. */
  adapter(): string | null;
  /** The first command that a device refused, which the library may not have noticed. */
  refused(): string | null;
}

type Method = (...args: unknown[]) => unknown;
/** An interface of WebGPU, whose methods are replaced by name. */
type Prototype = Record<string, Method>;

interface Interfaces {
  readonly GPUAdapter?: { readonly prototype: unknown };
  readonly GPUDevice?: { readonly prototype: unknown };
  readonly GPUQueue?: { readonly prototype: unknown };
  readonly GPUComputePassEncoder?: { readonly prototype: unknown };
}

/** Has `before` told of each call of a method. */
function tap(of: { readonly prototype: unknown } | undefined, method: string, before: () => void): void {
  const prototype = of?.prototype as Prototype | undefined;
  const original = prototype?.[method];
  if (!prototype || !original) return;
  prototype[method] = function (...args) {
    before();
    return original.apply(this, args);
  };
}

/**
 * Counts pipelines, dispatches and submits of every library alike, whatever it tells itself, and listens for commands that
 * a device refuses: a refused kernel is quick.
 *
 * @returns null where there is no WebGPU.
 */
export function watchGpu(host: Interfaces = globalThis as Interfaces): GpuWatch | null {
  if (!host.GPUDevice) return null;
  const counts = { pipelines: 0, dispatches: 0, submits: 0 };
  let adapter: string | null = null;
  let refused: string | null = null;
  const count = (name: keyof GpuCounts) => () => {
    counts[name]++;
  };
  tap(host.GPUDevice, 'createComputePipeline', count('pipelines'));
  tap(host.GPUDevice, 'createComputePipelineAsync', count('pipelines'));
  tap(host.GPUComputePassEncoder, 'dispatchWorkgroups', count('dispatches'));
  tap(host.GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', count('dispatches'));
  tap(host.GPUQueue, 'submit', count('submits'));

  const adapters = host.GPUAdapter?.prototype as Prototype | undefined;
  const request = adapters?.['requestDevice'];
  if (adapters && request) {
    adapters['requestDevice'] = async function (this: GPUAdapter, ...args) {
      const device = (await request.apply(this, args)) as GPUDevice;
      adapter = [this.info.vendor, this.info.architecture].filter(Boolean).join(' ');
      device.addEventListener('uncapturederror', ({ error }) => {
        refused ??= error.message.split('\n')[0] ?? '';
      });
      return device;
    };
  }
  return { counts: () => ({ ...counts }), adapter: () => adapter, refused: () => refused };
}
