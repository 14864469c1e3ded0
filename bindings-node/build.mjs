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
mkdirSync(here('dist/cjs'), { recursive: true });
writeFileSync(here('dist/cjs/package.json'), '{"type": "commonjs"}\n');

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
  await bundle(`entry/${name}.ts`, `dist/cjs/${name}.js`, { format: 'cjs', platform: 'neutral' });
}
await bundle('entry/full.ts', 'dist/cjs/wasm.js', { format: 'cjs', platform: 'node' });
await bundle('entry/node.ts', 'dist/cjs/node.js', { format: 'cjs', platform: 'node', external: ['./wasm.js'] });

// Both kinds of Node module are one: two copies would not know each other's breakers and errors.
// Required and not imported: to import it Node would read all of it once more, for the names of its exports.
const { createRequire } = await import('node:module');
const names = Object.keys(createRequire(import.meta.url)(here('dist/cjs/node.js'))).sort();
writeFileSync(
  here('dist/node.js'),
  `import { createRequire } from 'node:module';\n\nexport const { ${names.join(', ')} } = createRequire(import.meta.url)('./cjs/node.js');\n`,
);

for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(here(`../${name}`), here(`dist/${name}`));
for (const [name, path] of Object.entries(WASM)) copyFileSync(path, here(`dist/${name}`));
if (existsSync(NATIVE)) copyFileSync(NATIVE, here(`dist/failsoft.${system()}.node`));

const { status } = spawnSync(here('node_modules/.bin/tsc'), ['--project', here('tsconfig.json')], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
cpSync(here('dist/types'), here('dist/cjs'), { recursive: true });

function system() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}
