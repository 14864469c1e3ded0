// The vectors that every host runs, on the WebAssembly engine in a page: the same file as under Node, with as much of Node as it uses.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { cases, compare, leave, parts } from '../generated/account.mjs';
import { FAMILIES } from '../generated/play.mjs';
import { launch } from './chromium.mjs';
import { FOLDERS, serveFiles } from './server.mjs';

const VECTORS = new URL('../../../tests/vectors/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'failsoft-vectors-'));
const shims = {
  'node:assert/strict': 'assert',
  'node:test': 'test',
  'node:fs': 'fs',
  './engine.mjs': 'engine',
  './support.mjs': 'support',
  './generated/account.mjs': 'account',
  '../../generated/account.mjs': 'account',
};
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
let browser;
let files;

before(async () => {
  const shim = {
    name: 'shim',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^(node:|\.\/(engine|support)\.mjs$|.*generated\/account\.mjs$)/ }, ({ path }) => ({
        path: here(`shims/${shims[path]}.js`),
      })),
  };
  // The package says that its files do nothing when they are imported; its tests do.
  const options = {
    ignoreAnnotations: true,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external: ['/dist/*', '/pkg/*'],
    plugins: [shim],
    logLevel: 'warning',
  };
  await build({ ...options, entryPoints: [here('shims/main.js')], outfile: join(folder, 'vectors.js') });
  files = await serveFiles({ ...FOLDERS, built: folder });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  files?.close();
  rmSync(folder, { recursive: true });
});

test('every vector and every generated case holds in Chromium', async () => {
  const page = await browser.context.newPage();
  await page.goto(`${files.origin}/pages/blank.html`);
  const names = readdirSync(VECTORS).filter((name) => name.endsWith('.json'));
  const texts = Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, VECTORS), 'utf8')]));
  const { passed, failed, accounts } = await page.evaluate(async (texts) => {
    globalThis.VECTORS = texts;
    await import('/built/vectors.js');
    return globalThis.results;
  }, texts);
  assert.deepEqual(failed, []);
  assert.ok(passed > 500, `${passed} passed`);
  for (const [family, account] of accounts) leave('chromium', family, texts[`${family}.json`], account);

  for (const family of FAMILIES) {
    const asked = [parts(), family, cases(family)];
    compare('chromium', family, await page.evaluate((asked) => globalThis.play(...asked), asked));
  }
});
