// Builds dist/ of driver/, entry/ and the two engines, which scripts/build-js.sh makes before it calls this.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { split } from './split.mjs';

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
const common = { bundle: true, target: 'es2022', plugins: [bytes], logLevel: 'warning', absWorkingDir: here('.') };
const bundle = (entry, outfile, options) => build({ ...common, entryPoints: [entry], outfile, ...options });
await bundle('entry/web.ts', 'dist/web.js', { format: 'esm' });
await bundle('entry/small.ts', 'dist/small.js', { format: 'esm' });
await bundle('entry/workerd.ts', 'dist/workerd.js', { format: 'esm', external: ['./failsoft.wasm'] });
await bundle('entry/small-workerd.ts', 'dist/small-workerd.js', { format: 'esm', external: ['./small.wasm'] });
for (const name of ['inline', 'small-inline']) {
  await bundle(`entry/${name}.ts`, `dist/${name}.js`, { format: 'esm' });
  await bundle(`entry/${name}.ts`, `dist/${name}.cjs`, { format: 'cjs', platform: 'neutral' });
}
await bundle('entry/full.ts', 'dist/failsoft.wasm.cjs', { format: 'cjs', platform: 'node' });

// What Node imports and what it requires are one: two copies would not know each other's breakers and errors. Each has the code, as to
// import a file of the other kind takes Node as long again as all of this; the one that comes second hands out what the first has made.
const node = { ...common, platform: 'node', format: 'esm' };
// What a call needs that fails, and what few programs use at all.
const LATER = [
  ...['run', 'held', 'fault/index', 'verdict', 'report', 'events', 'explanation'],
  ...['follow', 'links', 'batch', 'levels', 'camel', 'fetch/index'],
];
const later = LATER.map((name) => `driver/${name}.ts`);
const read = { module: 'entry/beside.ts', name: 'beside' };
const LATER_FILE = 'failsoft.later.cjs';
const plugins = [...common.plugins, await split('entry/node.ts', later, `dist/${LATER_FILE}`, read, node)];
const { outputFiles } = await build({ ...node, plugins, entryPoints: ['entry/node.ts'], write: false });
const [code, exported] = outputFiles[0].text.split(/^export \{([^}]*)\};$/m);
const names = exported.split(',').map((name) => name.trim().split(' as '));
const list = (entry) => names.map(([own, name = own]) => entry(own, name)).join(', ');
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
// By what it is and not by where it lies, which Node is slow to tell. Who lets nobody add to the globals has two copies.
const hash = createHash('sha256')
  .update(code)
  .update(readFileSync(here(`dist/${LATER_FILE}`)));
const key = `failsoft ${version} ${hash.digest('hex').slice(0, 16)}`;
const shared = `const $key = Symbol.for('${key}');
const $first = globalThis[$key] ?? { ${list((local, name) => `${name}: ${local}`)} };
if (Object.isExtensible(globalThis)) globalThis[$key] = $first;
`;
// Nobody calls it: it tells who looks for the files that a program is made of, to deploy them (nft, and so Vercel and Next.js).
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is one, in the files.
const FILES = [LATER_FILE, 'failsoft.wasm.cjs', 'failsoft.wasm', 'failsoft.${system}.node'];
const beside = (reference) => `const $beside = (system) => [${FILES.map(reference).join(', ')}];\n`;
writeFileSync(
  here('dist/node.cjs'),
  `'use strict';
${beside((file) => `\`\${__dirname}/${file}\``)}${code}${shared}module.exports = $first;
`,
);
writeFileSync(
  here('dist/node.js'),
  `import { createRequire } from 'node:module';
const require = (path) => createRequire(import.meta.url)(path);
${beside((file) => `new URL(\`./${file}\`, import.meta.url)`)}${code}${shared}const { ${list((_, name) => `${name}: $${name}`)} } = $first;
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
