import { create } from 'webgpu';

/** WebGPU's implementation. Held for good: when it is collected, its devices take the process with them. */
export const gpu: GPU = create([]);

/** False where the machine has neither a GPU nor a software driver. */
export const hasAdapter: boolean = (await gpu.requestAdapter()) !== null;
