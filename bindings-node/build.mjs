// Builds dist/ of driver/, entry/ and the two engines, which scripts/build-js.sh makes before it calls this.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const WASM = {
  'failsoft.wasm': here('../bindings-wasm/pkg/failsoft_wasm_bg.wasm'),
  'small.wasm': here('../bindings-wasm/pkg-small/failsoft_wasm_bg.wasm'),
};
const NATIVE = here('failsoft.node');

rmSync(here('dist'), { recursive: true, force: true });
mkdirSync(here('dist'), { recursive: true });

/** The modules' bytes as text, for the entries that carry them. */
const bytes = {
  name: 'bytes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(failsoft|small)\.wasm$/ }, ({ path }) => ({ path: WASM[path], namespace: 'bytes' }));
    onLoad({ filter: /.*/, namespace: 'bytes' }, ({ path }) => ({ contents: readFileSync(path), loader: 'base64' }));
  },
};

// In ASCII, as esbuild writes it unless it is told otherwise: one other letter, and V8 keeps all of a bundle as UTF-16.
const common = { bundle: true, target: 'es2022', plugins: [bytes], logLevel: 'warning' };
const bundle = (entry, outfile, options) =>
  build({ ...common, entryPoints: [here(entry)], outfile: here(outfile), ...options });
await bundle('entry/web.ts', 'dist/web.js', { format: 'esm' });
await bundle('entry/small.ts', 'dist/small.js', { format: 'esm' });
await bundle('entry/workerd.ts', 'dist/workerd.js', { format: 'esm', external: ['./failsoft.wasm'] });
await bundle('entry/small-workerd.ts', 'dist/small-workerd.js', { format: 'esm', external: ['./small.wasm'] });
for (const name of ['inline', 'small-inline']) {
  await bundle(`entry/${name}.ts`, `dist/${name}.js`, { format: 'esm' });
  await bundle(`entry/${name}.ts`, `dist/${name}.cjs`, { format: 'cjs', platform: 'neutral' });
}
await bundle('entry/full.ts', 'dist/wasm.cjs', { format: 'cjs', platform: 'node' });

// What Node imports and what it requires are one: two copies would not know each other's breakers and errors. Each has the code, as to
// import a file of the other kind takes Node as long again as all of this; the one that comes second in this very folder hands out what the
// first has made.
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
// Without a regular expression, as the first of a program costs more than all of this. Who lets nobody add to the globals has two copies.
const shared = (url, own) => `const $url = ${url};
const $key = Symbol.for('failsoft ${version} in ' + $url.slice(0, $url.lastIndexOf('/')));
const $first = globalThis[$key] ?? ${own};
if (Object.isExtensible(globalThis)) globalThis[$key] = $first;
`;
const footer = {
  js: `${shared(`require('node:url').pathToFileURL(__filename).href`, 'module.exports')}module.exports = $first;`,
};
await bundle('entry/node.ts', 'dist/node.cjs', { format: 'cjs', platform: 'node', footer });
const banner = {
  js: `import { createRequire } from 'node:module';\nconst require = (path) => createRequire(import.meta.url)(path);`,
};
await bundle('entry/node.ts', 'dist/node.js', { format: 'esm', platform: 'node', banner });
const [code, exported] = readFileSync(here('dist/node.js'), 'utf8').split(/^export \{([^}]*)\};$/m);
const exports = exported.split(',').map((name) => name.trim().split(' as '));
const list = (entry) => exports.map(([own, name = own]) => entry(own, name)).join(', ');
const own = `{ ${list((local, name) => `${name}: ${local}`)} }`;
writeFileSync(
  here('dist/node.js'),
  `${code}${shared('String(import.meta.url)', own)}const { ${list((_, name) => `${name}: $${name}`)} } = $first;
export { ${list((_, name) => `$${name} as ${name}`)} };
`,
);

for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(here(`../${name}`), here(`dist/${name}`));
for (const [name, path] of Object.entries(WASM)) copyFileSync(path, here(`dist/${name}`));
if (existsSync(NATIVE)) copyFileSync(NATIVE, here(`dist/failsoft.${system()}.node`));

const { status } = spawnSync(here('node_modules/.bin/tsc'), ['--project', here('tsconfig.json')], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
cpSync(here('dist/types'), here('dist/types-cjs'), { recursive: true });
writeFileSync(here('dist/types-cjs/package.json'), '{"type": "commonjs"}\n');

function system() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}
