// A program bundled for a browser as its author would: esbuild, minified, then gzip.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What came out of a bundler. */
export interface Bundle {
  /** Bytes after gzip -9. */
  readonly gzipped: number;
  readonly text: string;
  /** The modules of our packages that left something in it: `core/dist/tensor.js`. */
  readonly modules: readonly string[];
}

/** Bundles a program in a project where our packages are installed, and prints the size. */
export async function bundle(project: string, title: string, contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: project },
    absWorkingDir: project,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    write: false,
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`${title}: ${bytes.length} bytes minified, ${gzipped} gzip`);
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const left = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const modules = left.flatMap((path) => path.split('node_modules/@flambeau/')[1] ?? []);
  return { gzipped, text: new TextDecoder().decode(bytes), modules };
}
