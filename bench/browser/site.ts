import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';

/** Isolated, so that the clock tells microseconds. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const EMPTY = '<!doctype html><title>bench</title>';

/** Serves an empty page, and modules bundled for it, on localhost: WebGPU is there in secure contexts alone. */
export class Site {
  readonly address: string;
  readonly #server: Server;
  readonly #modules = new Map<string, string>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
      const text = url === '/' ? EMPTY : this.#modules.get(url);
      const type = url === '/' ? 'text/html' : 'text/javascript';
      response.writeHead(text === undefined ? 404 : 200, {
        'Content-Type': `${type}; charset=utf-8`,
        ...HEADERS,
      });
      response.end(text);
    });
  }

  static async open(): Promise<Site> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Site(server);
  }

  /** Bundles a module with all that it imports; resolves to its path on the site. @throws Error that says what is missing. */
  async add(name: string, file: string): Promise<string> {
    const path = `/${name}.js`;
    if (!this.#modules.has(path)) this.#modules.set(path, await bundle(file));
    return path;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function bundle(file: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      conditions: ['@flambeau/source'],
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  } catch (error) {
    // Of a package that is not there, esbuild tells every file that imports it.
    const [message = ''] = /Could not resolve "[^"]+"/.exec((error as Error).message) ?? [];
    throw new Error(message ? `not installed (${message})` : (error as Error).message);
  }
}
