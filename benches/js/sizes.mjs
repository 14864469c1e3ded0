// What a page loads for retry, breaker and wrapFetch, or what a library has of them: bundled and minified by esbuild, as the page sees it
// compressed. node sizes.mjs; needs scripts/build-js.sh wasm package.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const dist = (name) => fileURLToPath(new URL(`../../bindings-node/dist/${name}`, import.meta.url));

const pages = {
  cockatiel: `export { ConsecutiveBreaker, ExponentialBackoff, circuitBreaker, handleAll, retry, wrap } from 'cockatiel'`,
  'opossum (breaker only; without the events of Node that it needs)': `export { default } from 'opossum'`,
  'p-retry (retry only)': `export { default } from 'p-retry'`,
  'ky (fetch with retry)': `export { default } from 'ky'`,
  'axios-retry (retry only; without axios)': `export { default } from 'axios-retry'`,
  'axios-retry and axios': `export { default as axios } from 'axios'; export { default } from 'axios-retry'`,
};

async function bundled(contents, external = []) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022', external },
  });
  return outputFiles[0].contents;
}

const rows = {
  '**failsoft**, its JavaScript': await bundled(`export { CircuitBreaker, Policy, withRetry, wrapFetch } from '${dist('web.js')}'`),
  '**failsoft**, its engine (WebAssembly)': readFileSync(dist('failsoft.wasm')),
  '**failsoft/small**, its JavaScript': await bundled(`export { CircuitBreaker, Policy, withRetry, wrapFetch } from '${dist('small.js')}'`),
  '**failsoft/small**, its engine (WebAssembly)': readFileSync(dist('small.wasm')),
};
for (const [name, contents] of Object.entries(pages)) {
  rows[name] = await bundled(contents, name.includes('without axios') ? ['axios', 'events'] : ['events']);
}

console.log('| a page loads | bytes | gzip -9 | brotli |\n|---|---:|---:|---:|');
for (const [name, bytes] of Object.entries(rows)) {
  console.log(`| ${name} | ${bytes.length} | ${gzipSync(bytes, { level: 9 }).length} | ${brotliCompressSync(bytes).length} |`);
}
