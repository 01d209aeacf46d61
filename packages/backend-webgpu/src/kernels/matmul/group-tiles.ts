import type { Shader } from '../../shader/shader.ts';
import type { Ending } from '../ending.ts';
import type { Loading, Problem } from './problem.ts';
import { bindingsOf, declarations, factorType, storing } from './problem.ts';

/** What a workgroup computes: a square tile of which every invocation has a square in registers. */
export interface GroupTile {
  readonly edge: number;
  /** Rows and columns of an invocation; a multiple of 4. */
  readonly own: number;
  /** How much of the summed axis lies in workgroup memory at a time. */
  readonly depth: number;
}

/**
 * From the largest to the smallest. Larger tiles load less; smaller ones leave more groups to fill a GPU with. 64 × 64 with
 * 4 × 4 in registers and 128 × 128 with 8 × 8 are what published WebGPU and CUDA kernels without matrix units settle on
 * (S. Boehm, "How to optimize a CUDA matmul kernel", 2022). Both stay within the 16 KiB that every adapter has.
 */
export const GROUP_TILES: readonly GroupTile[] = [
  { edge: 128, own: 8, depth: 8 },
  { edge: 64, own: 4, depth: 16 },
  { edge: 32, own: 4, depth: 16 },
];

/** A multiple of all tiles' depths. */
export const SLAB = 16;

/** Groups from which on a GPU is taken to be busy. */
const BUSY = 128;

/** The largest tile that still makes enough groups, else the smallest. */
export function groupTileFor({ m, n, batches }: Problem): GroupTile {
  const groups = ({ edge }: GroupTile): number => Math.ceil(m / edge) * Math.ceil(n / edge) * batches;
  return (GROUP_TILES.find((tile) => groups(tile) >= BUSY) ?? GROUP_TILES.at(-1)) as GroupTile;
}

/** Workgroups of a problem. */
export function groupsOf({ m, n, batches }: Problem, { edge }: GroupTile): number {
  return Math.ceil(m / edge) * Math.ceil(n / edge) * batches;
}

/** The least of the summed axis that is worth a part of its own. */
const LEAST_PART = 256;

/**
 * How many parts the summed axis is cut into where few groups would leave a GPU idle: each part is a group's work, and their
 * sums are added in order. Sizes alone decide, so that every run gives the same numbers.
 */
export function partsFor(problem: Problem, tile: GroupTile): number {
  const groups = groupsOf(problem, tile);
  return groups >= BUSY / 2
    ? 1
    : Math.max(1, Math.min(Math.ceil(BUSY / groups), Math.floor(problem.k / LEAST_PART)));
}

/** A workgroup loads a slab of both factors into memory that it shares, and multiplies from there. */
export function groupTiles(problem: Problem, tile: GroupTile, ending: Ending): Shader {
  const { left, right, params, places } = problem;
  const { edge, own, depth } = tile;
  const perRow = edge / own;
  const threads = perRow * perRow;
  // Four more, so that a column of the slab does not lie in one bank.
  const pitch = edge / 4 + 1;
  const quads = own / 4;
  const each = (count: number, text: (j: number) => string): string =>
    Array.from({ length: count }, (_, j) => text(j)).join('\n');
  return {
    name: `matmul in tiles of ${edge}`,
    threads,
    bindings: bindingsOf(problem, [factorType(left), factorType(right)], ending),
    paramWords: params.words.length,
    code: `${declarations(problem)}
${storing(problem, ending)}
var<workgroup> slab_a: array<vec4<f32>, ${depth * pitch}>;
var<workgroup> slab_b: array<vec4<f32>, ${depth * pitch}>;
fn kernel(group: u32, thread: u32) {
  let m = m_();
  let n = n_();
  let each = param(${places.split}u);
  let across = (n + ${edge - 1}) / ${edge};
  let down = (m + ${edge - 1}) / ${edge};
  let g = i32(group);
  let column = (g % across) * ${edge};
  let row = ((g / across) % down) * ${edge};
  let number = g / (across * down);
  let batch = number % param(${places.split + 1}u);
  let begin = number / param(${places.split + 1}u) * each;
  let k = min(begin + each, k_());
  let a = left_at(batch);
  let b = right_at(batch);
  let t = i32(thread);
  let own_row = (t / ${perRow}) * ${own};
  let own_column = (t % ${perRow}) * ${own};
${each(own, (r) => each(quads, (q) => `  var sum${r}_${q} = vec4<f32>();`))}
  for (var d = begin; d < k; d += ${depth}) {
${loadSlab({ slab: 'slab_a', input: 'in0', loading: left, base: 'a', first: 'row', size: 'm', ownStep: 'a_row_()', depthStep: 'a_depth_()', edge, depth, threads, pitch })}
${loadSlab({ slab: 'slab_b', input: 'in1', loading: right, base: 'b', first: 'column', size: 'n', ownStep: 'b_column_()', depthStep: 'b_depth_()', edge, depth, threads, pitch })}
    workgroupBarrier();
    for (var e = 0; e < ${depth}; e++) {
${each(quads, (q) => `      let a${q} = slab_a[e * ${pitch} + own_row / 4 + ${q}];\n      let b${q} = slab_b[e * ${pitch} + own_column / 4 + ${q}];`)}
${each(own, (r) => each(quads, (q) => `      sum${r}_${q} += a${r >> 2}[${r & 3}] * b${q};`))}
    }
    workgroupBarrier();
  }
${each(own, (r) => each(quads, (q) => `  store4(number, row + own_row + ${r}, column + own_column + ${q * 4}, sum${r}_${q});`))}
}`,
  };
}

interface Slab {
  readonly slab: string;
  readonly input: string;
  readonly loading: Loading;
  readonly base: string;
  /** The first row (or column) of the tile, and how many there are in all. */
  readonly first: string;
  readonly size: string;
  readonly ownStep: string;
  readonly depthStep: string;
  readonly edge: number;
  readonly depth: number;
  readonly threads: number;
  readonly pitch: number;
}

/** Loads `depth` × `edge` numbers, each invocation its share; neighbours load neighbours. Beyond the factor there are zeros. */
function loadSlab(slab: Slab): string {
  const { loading, edge, depth, threads } = slab;
  const units = (edge * depth) / (loading === 'single' ? 1 : 4);
  const shares = Math.ceil(units / threads);
  const guard = units % threads === 0 ? '' : `if (u < ${units}) `;
  const body = loading === 'depth' ? alongDepth(slab) : loading === 'edge' ? alongEdge(slab) : oneByOne(slab);
  return `    for (var share = 0; share < ${shares}; share++) {
      let u = t + share * ${threads};
      ${guard}{
${body}
      }
    }`;
}

const alongDepth = ({
  slab,
  input,
  base,
  first,
  size,
  ownStep,
  depth,
  pitch,
}: Slab): string => `        let o = u / ${depth / 4};
        let e = (u % ${depth / 4}) * 4;
        var four = vec4<f32>();
        if (${first} + o < ${size} && d + e < k) { four = ${input}[(${base} + (${first} + o) * ${ownStep} + d + e) / 4]; }
${[0, 1, 2, 3].map((j) => `        ${slab}[(e + ${j}) * ${pitch} + o / 4][o % 4] = four[${j}];`).join('\n')}`;

const alongEdge = ({
  slab,
  input,
  base,
  first,
  size,
  depthStep,
  edge,
  pitch,
}: Slab): string => `        let e = u / ${edge / 4};
        let o = (u % ${edge / 4}) * 4;
        var four = vec4<f32>();
        if (${first} + o < ${size} && d + e < k) { four = ${input}[(${base} + ${first} + o + (d + e) * ${depthStep}) / 4]; }
        ${slab}[e * ${pitch} + o / 4] = four;`;

const oneByOne = ({
  slab,
  input,
  base,
  first,
  size,
  ownStep,
  depthStep,
  edge,
  depth,
  pitch,
}: Slab): string => `        var o = u / ${depth};
        var e = u % ${depth};
        if (${ownStep} == 1) { o = u % ${edge}; e = u / ${edge}; }
        var one = 0.0;
        if (${first} + o < ${size} && d + e < k) { one = ${input}[${base} + (${first} + o) * ${ownStep} + (d + e) * ${depthStep}]; }
        ${slab}[e * ${pitch} + o / 4][o % 4] = one;`;
