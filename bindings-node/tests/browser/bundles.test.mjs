// The package through bundlers, and what they make of it in Chromium.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';

import { launch } from './chromium.mjs';
import { serveFiles, serveFlaky } from './server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'failsoft-bundles-'));
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
let browser;
let flaky;

before(async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules', 'failsoft'));
  const program = (from) => `import { Policy, reportOf, wrapFetch } from '${from}';
    const ask = wrapFetch(fetch, { retry: { initial_delay: '1ms' }, circuit_breaker: {} });
    const response = await ask(new URLSearchParams(location.search).get('ask'));
    document.title = [response.status, reportOf(response).attemptCount].join();`;
  writeFileSync(join(folder, 'main.js'), program('failsoft'));
  writeFileSync(join(folder, 'inline.js'), program('failsoft/inline'));
  writeFileSync(join(folder, 'small.js'), program('failsoft/small'));
  writeFileSync(join(folder, 'small-inline.js'), program('failsoft/small/inline'));
  flaky = await serveFlaky();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  flaky?.close();
  rmSync(folder, { recursive: true });
});

const page = (script) => `<!doctype html><script type="module" src="${script}"></script>`;

/** Opens a built page, which makes a request that fails once. */
async function opens(built, key) {
  const files = await serveFiles({ built });
  const page = await browser.context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const ask = encodeURIComponent(`${flaky.origin}/fails/${key}?times=1`);
  await page.goto(`${files.origin}/built/index.html?ask=${ask}`);
  await page.waitForFunction(() => document.title.includes(','));
  files.close();
  assert.deepEqual([await page.title(), faults], ['200,2', []]);
  return files.asked.filter((path) => path.endsWith('.wasm'));
}

for (const entry of ['main.js', 'small.js']) {
  test(`Vite finds the engine by itself: ${entry}`, async () => {
    const built = join(folder, `vite-${entry}`);
    writeFileSync(join(folder, 'index.html'), page(entry));
    await vite({ root: folder, base: './', logLevel: 'error', build: { outDir: built, target: 'es2022' } });
    assert.equal(readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.wasm')).length, 1);
    assert.equal((await opens(built, `vite-${entry}`)).length, 1);
  });
}

for (const [entry, beside] of [
  ['main.js', 'failsoft.wasm'],
  ['inline.js', null],
  ['small.js', 'small.wasm'],
  ['small-inline.js', null],
]) {
  test(`with esbuild the engine lies beside the bundle, or in it: ${entry}`, async () => {
    const built = join(folder, `esbuild-${entry}`);
    const options = {
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      logLevel: 'warning',
      absWorkingDir: folder,
    };
    await esbuild({ ...options, entryPoints: [join(folder, entry)], outfile: join(built, 'main.js') });
    writeFileSync(join(built, 'index.html'), page('main.js'));
    if (beside !== null) cpSync(join(PACKAGE, 'dist', beside), join(built, beside));
    assert.equal((await opens(built, entry)).length, beside === null ? 0 : 1);
  });
}
