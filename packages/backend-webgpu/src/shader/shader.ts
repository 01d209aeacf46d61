/** The element type of a binding. */
export type BindingType = 'f32' | 'i32' | 'u32' | 'vec4<f32>' | 'vec4<i32>' | 'vec4<u32>';

/** A storage buffer as a kernel sees it: `array<type>` under a name. */
export interface Binding {
  readonly name: string;
  readonly type: BindingType;
  /** The kernel writes it. Default: it is only read. */
  readonly written?: boolean;
}

/** The bindings `in0`, `in1`, … that are read, and `out`, `out1`, … that are written. */
export function storage(inputs: readonly BindingType[], outputs: readonly BindingType[]): Binding[] {
  return [
    ...inputs.map((type, i): Binding => ({ name: `in${i}`, type })),
    ...outputs.map((type, i): Binding => ({ name: i === 0 ? 'out' : `out${i}`, type, written: true })),
  ];
}

/** A kernel's text and what it is given. */
export interface Shader {
  /** Shown in the driver's messages: begin it with the op's name. */
  readonly name: string;
  /** Storage buffers, in the order in which they are handed over. */
  readonly bindings: readonly Binding[];
  /** How many words of parameters there are; `param(i)` reads one. See {@link Params}. */
  readonly paramWords: number;
  /** Invocations of a workgroup. */
  readonly threads: number;
  /** The kernel may call `report(index)`; its ticket is then the last parameter. */
  readonly checked?: boolean;
  /** The kernel uses subgroup operations; `lane` and `lanes` are then its place and the subgroup's size. */
  readonly subgroups?: boolean;
  /**
   * Functions, among them `fn kernel(group: u32, thread: u32)`, and for checked kernels
   * `fn faultyValue(index: i32) -> vec2<i32>`, the two halves of an invalid value.
   */
  readonly code: string;
}

/** Invocations of a workgroup where nothing speaks for more; every device has at least 128. */
export const WORKGROUP = 64;

/** The place of the number of groups among the parameters. */
export const GROUPS_AT = 0;
/** The place of the number of elements among the parameters. */
export const COUNT_AT = 1;

/** A kernel that computes elements one by one: `fn element(i: i32)`, called for every i below the count. */
export function elementwise(shader: Omit<Shader, 'threads'>): Shader {
  const code = `${shader.code}
fn kernel(group: u32, thread: u32) {
  let i = group * ${WORKGROUP}u + thread;
  if (i < bitcast<u32>(param(${COUNT_AT}u))) { element(i32(i)); }
}`;
  return { ...shader, threads: WORKGROUP, code };
}

/** Groups are numbered through rows of the grid, since a row holds no more than 65,535 on most devices. */
const main = ({ threads, subgroups = false }: Shader): string => `
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
  @builtin(num_workgroups) grid: vec3<u32>,${
    subgroups
      ? '\n  @builtin(subgroup_invocation_id) own_lane: u32,\n  @builtin(subgroup_size) own_lanes: u32,'
      : ''
  }
) {
  let number = group.x + group.y * grid.x;
  if (number >= bitcast<u32>(param(${GROUPS_AT}u))) { return; }${
    subgroups ? '\n  lane = own_lane;\n  lanes = own_lanes;' : ''
  }
  kernel(number, thread);
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
export function shaderText(shader: Shader): string {
  const { bindings, paramWords, checked = false, subgroups = false, code } = shader;
  const binding = (index: number): string => `@group(0) @binding(${index})`;
  return [
    subgroups
      ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);\nvar<private> lane: u32;\nvar<private> lanes: u32;'
      : '',
    `${binding(0)} var<uniform> params: array<vec4<i32>, ${Math.ceil(paramWords / 4)}>;`,
    ...bindings.map(
      ({ name, type, written = false }, i) =>
        `${binding(1 + i)} var<storage, ${written ? 'read_write' : 'read'}> ${name}: array<${type}>;`,
    ),
    checked ? `${binding(1 + bindings.length)} var<storage, read_write> fault: array<atomic<u32>, 4>;` : '',
    'fn param(i: u32) -> i32 { return params[i >> 2u][i & 3u]; }',
    checked ? faults(paramWords - 1) : '',
    code,
    main(shader),
  ].join('\n');
}
