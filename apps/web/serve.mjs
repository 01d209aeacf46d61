// Builds the pages from the sources and serves them: `npm run web`. Plain JavaScript, for any Node from 20.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What makes a page cross-origin isolated, so that it has shared memory and wasm computes on all cores. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Builds the pages. @param {{ outDir?: string }} options - outDir: default `dist`. */
export async function buildPages({ outDir = 'dist' } = {}) {
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
}

/**
 * Serves the built pages on this machine alone.
 *
 * @param {{ port?: number, isolated?: boolean, outDir?: string }} options - port: default the first that is free from 4173;
 *   isolated: whether to send the headers.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function servePages({ port, isolated = true, outDir = 'dist' } = {}) {
  const server = await preview({
    root,
    logLevel: 'warn',
    build: { outDir },
    preview: {
      host: 'localhost',
      port: port ?? 4173,
      strictPort: port !== undefined,
      headers: isolated ? isolation : {},
    },
  });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}

const help = `Serves the apps as web pages.

Usage: npm run web -- [options]

Options:
  --port N        the port (default: the first that is free from 4173)
  --no-isolation  without the headers that give a page shared memory: wasm then computes on one thread
  --help          show this text`;

async function main(args) {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      port: { type: 'string' },
      isolation: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new Error(
      `--port: bad number: got ${JSON.stringify(values.port)}, expected an integer from 1 to 65535.`,
    );
  await buildPages();
  const { url } = await servePages({ port, isolated: values.isolation });
  console.log(`\nFlambeau's pages are at ${url}`);
  if (!values.isolation) console.log('without cross-origin isolation: wasm computes on one thread');
  console.log('Ctrl-C ends it.');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`web: ${error.message}\n`);
    process.exitCode = 1;
  }
}
