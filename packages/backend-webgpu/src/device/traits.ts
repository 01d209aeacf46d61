/** What kernels are chosen by. */
export interface AdapterTraits {
  /**
   * The device is a program on the processor. Barriers and workgroup memory are slow there and registers are cheap;
   * hardware wants the opposite.
   */
  readonly software: boolean;
  /** Subgroup operations are there. */
  readonly subgroups: boolean;
  /** Most invocations of a workgroup. */
  readonly maxThreads: number;
  /** Bytes of memory that a workgroup shares. */
  readonly workgroupBytes: number;
  /** Most storage buffers of a kernel. */
  readonly maxBindings: number;
}

/** Kernels for software drivers, or for GPUs. */
export type KernelStyle = 'software' | 'hardware';

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|software/i;

/** Whether an adapter is a software driver. Browsers say so; Dawn in Node may only name the driver. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const { isFallbackAdapter, vendor, architecture, device, description } = info;
  return isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${device} ${description}`);
}

/** The traits of an opened device. */
export function traitsOf(device: GPUDevice, style: KernelStyle): AdapterTraits {
  const { limits, features } = device;
  return {
    software: style === 'software',
    subgroups: features.has('subgroups'),
    maxThreads: limits.maxComputeInvocationsPerWorkgroup,
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maxBindings: limits.maxStorageBuffersPerShaderStage,
  };
}
