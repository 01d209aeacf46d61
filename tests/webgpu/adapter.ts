import { create } from 'webgpu';

/** WebGPU's implementation. Held for good: when it is collected, its devices take the process with them. */
export const gpu: GPU = create([]);

/** False where the machine has neither a GPU nor a software driver. */
export const hasAdapter: boolean = (await gpu.requestAdapter()) !== null;

/** The same implementation, which tells the devices that were opened, so that a test can lose them. */
export function watched(): { readonly gpu: Pick<GPU, 'requestAdapter'>; readonly opened: GPUDevice[] } {
  const opened: GPUDevice[] = [];
  const requestAdapter: GPU['requestAdapter'] = async (options) => {
    const adapter = await gpu.requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      opened.push(device);
      return device;
    };
    return adapter;
  };
  return { gpu: { requestAdapter }, opened };
}
