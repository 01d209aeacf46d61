import { SHADER_STAGE, WORKGROUP } from './constants.ts';
import type { WordType } from './words.ts';

/** A kernel's text and what it is given. */
export interface Shader {
  /** Shown in the driver's messages. */
  readonly name: string;
  /** Word types of the buffers `in0`, `in1`, … */
  readonly inputs: readonly (WordType | 'u32')[];
  /** Word type of the buffer `out`. */
  readonly output: WordType | 'u32';
  /** How many words of parameters there are; `param(i)` reads one. */
  readonly paramWords: number;
  /** The kernel may call `report(index)`; the parameter `ticket` is then the last one. */
  readonly checked?: boolean;
  /** Functions, among them `fn element(i: i32)`, and for checked ones `fn faultyValue(i: i32) -> vec2<i32>`. */
  readonly code: string;
}

/** A compiled kernel. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly paramWords: number;
  /** For checked kernels: writes the value of the first fault, if it is this kernel's. */
  readonly tell: Pipeline | null;
}

const main = `
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * ${WORKGROUP}u;
  if (i < bitcast<u32>(param(0u))) { element(i32(i)); }
}`;

/** The first faulty call claims the fault words, and its first invalid element wins: the same in every run. */
const faults = (ticket: number): string => `
fn report(index: i32) {
  let ticket = bitcast<u32>(param(${ticket}u));
  loop {
    let claim = atomicCompareExchangeWeak(&fault[0], 0u, ticket);
    if (claim.exchanged || claim.old_value == ticket) { atomicMax(&fault[1], ~bitcast<u32>(index)); }
    if (claim.exchanged || claim.old_value != 0u) { break; }
  }
}

@compute @workgroup_size(1)
fn tell() {
  if (atomicLoad(&fault[0]) != bitcast<u32>(param(${ticket}u))) { return; }
  let value = faultyValue(bitcast<i32>(~atomicLoad(&fault[1])));
  atomicStore(&fault[2], bitcast<u32>(value.x));
  atomicStore(&fault[3], bitcast<u32>(value.y));
}`;

/** The whole text of a shader. */
export function shaderText({ inputs, output, paramWords, checked = false, code }: Shader): string {
  const binding = (index: number): string => `@group(0) @binding(${index})`;
  return [
    `${binding(0)} var<uniform> params: array<vec4<i32>, ${Math.ceil(paramWords / 4)}>;`,
    ...inputs.map((type, i) => `${binding(1 + i)} var<storage, read> in${i}: array<${type}>;`),
    `${binding(1 + inputs.length)} var<storage, read_write> out: array<${output}>;`,
    checked ? `${binding(2 + inputs.length)} var<storage, read_write> fault: array<atomic<u32>, 4>;` : '',
    'fn param(i: u32) -> i32 { return params[i >> 2u][i & 3u]; }',
    checked ? faults(paramWords - 1) : '',
    code,
    main,
  ].join('\n');
}

/** Compiles a shader. Errors of the text are told by the device, later. */
export function createPipeline(device: GPUDevice, shader: Shader): Pipeline {
  const { name, inputs, checked = false } = shader;
  const module = device.createShaderModule({ label: name, code: shaderText(shader) });
  const storage = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
    binding,
    visibility: SHADER_STAGE.COMPUTE,
    buffer: { type },
  });
  const layout = device.createBindGroupLayout({
    label: name,
    entries: [
      storage(0, 'uniform'),
      ...inputs.map((_, i) => storage(1 + i, 'read-only-storage')),
      storage(1 + inputs.length, 'storage'),
      ...(checked ? [storage(2 + inputs.length, 'storage')] : []),
    ],
  });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const paramWords = 4 * Math.ceil(shader.paramWords / 4);
  const compile = (entryPoint: string): Omit<Pipeline, 'tell'> => ({
    pipeline: device.createComputePipeline({
      label: name,
      layout: pipelineLayout,
      compute: { module, entryPoint },
    }),
    layout,
    paramWords,
  });
  return { ...compile('main'), tell: checked ? { ...compile('tell'), tell: null } : null };
}
