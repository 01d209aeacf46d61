import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connect, defaultClientConditions, defineConfig, type Plugin, runnerImport } from 'vite';

const source = '@flambeau/source'; // packages resolve to their sources: no build needed
const conditions = [source, ...defaultClientConditions];
// What a bundler says of sources that it has no quarrel with otherwise.
const checks = { invalidAnnotation: false, pluginTimings: false };
const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `#digit-fonts`: the addresses of the faces that the digits are drawn with, by family, as the app lists them. */
function digitFonts(): Plugin {
  const id = '#digit-fonts';
  return {
    name: 'digit-fonts',
    resolveId: (name) => (name === id ? `\0${id}` : undefined),
    load: async (name) => {
      if (name !== `\0${id}`) return undefined;
      const require = createRequire(import.meta.url);
      const app = dirname(require.resolve('@flambeau/app-street-digits/package.json'));
      const { module } = await runnerImport<typeof import('@flambeau/app-street-digits/pictures')>(
        `${app}/src/pictures.ts`,
      );
      const resolve = createRequire(`${app}/package.json`).resolve;
      const faces = module.digitFonts.map((font) => [
        module.fontFamily(font),
        resolve(module.fontFile(font)),
      ]);
      return [
        ...faces.map(([, file], i) => `import url${i} from ${JSON.stringify(`${file}?url`)};`),
        `export const fontUrls = {${faces.map(([family], i) => `${JSON.stringify(family)}: url${i}`)}};`,
      ].join('\n');
    },
  };
}

/** `/regression` is `/regression/`: addresses inside a page are relative to its folder. */
function folders(): Plugin {
  const redirect: Connect.NextHandleFunction = (request, response, next) => {
    if (!/^\/(regression|digits)$/.test(request.url ?? '')) return next();
    response.writeHead(301, { Location: `${request.url}/` }).end();
  };
  return {
    name: 'folders',
    configureServer: ({ middlewares }) => void middlewares.use(redirect),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(redirect),
  };
}

export default defineConfig({
  root: page('.'),
  base: './',
  appType: 'mpa',
  resolve: { conditions },
  plugins: [digitFonts(), folders()],
  worker: { format: 'es', plugins: () => [digitFonts()], rolldownOptions: { checks } },
  build: {
    target: 'es2022',
    rolldownOptions: {
      checks,
      input: [page('index.html'), page('regression/index.html'), page('digits/index.html')],
    },
  },
});
