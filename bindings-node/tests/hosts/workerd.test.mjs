// The package at an edge: bundled as for a worker there, and run by the runtime that Cloudflare's workers have.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'failsoft-workerd-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(here('../..'), join(folder, 'node_modules', 'failsoft'));

/** Asks a server that fails once, on behalf of whoever asks it. */
const worker = (from) => `import { Policy, reportOf, wrapFetch } from '${from}';
  const policy = Policy.from({ retry: { initial_delay: '1ms' }, circuit_breaker: {} });
  const ask = wrapFetch(fetch, policy);
  export default {
    async fetch(request) {
      const answer = await ask(new URL(request.url).searchParams.get('ask'));
      return Response.json([answer.status, reportOf(answer).attemptCount, policy.circuitBreaker.state]);
    },
  };`;

const config = (wasm) => `using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [(name = "main", worker = .main), (name = "outside", network = (allow = ["private"]))],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );
  const main :Workerd.Worker = (
    compatibilityDate = "2026-01-01",
    globalOutbound = "outside",
    modules = [(name = "main.js", esModule = embed "main.js"), (name = "${wasm}", wasm = embed "${wasm}")],
  );`;

// Not the package `workerd`, which needs those of systems that not every registry has.
const binary = here(
  `node_modules/@cloudflare/workerd-linux-${process.arch === 'x64' ? '64' : process.arch}/bin/workerd`,
);
const skip = existsSync(binary) ? false : 'there is no workerd for this system here';

/** The port on which a worker listens, and the process that is to be ended. */
async function served(own) {
  const args = ['serve', '--control-fd=3', join(own, 'config.capnp')];
  const runtime = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const [said] = await new Promise((resolve, reject) => {
    runtime.stdio[3].once('data', (text) => resolve(String(text).split('\n')));
    runtime.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
  });
  return { runtime, port: JSON.parse(said).port };
}

for (const [from, wasm] of [
  ['failsoft', 'failsoft.wasm'],
  ['failsoft/small', 'small.wasm'],
]) {
  test(`${from} guards fetch in workerd`, { skip }, async () => {
    const own = join(folder, wasm);
    mkdirSync(own);
    const bundled = { bundle: true, format: 'esm', target: 'es2022', conditions: ['workerd'], external: ['*.wasm'] };
    const stdin = { contents: worker(from), resolveDir: folder };
    await build({ ...bundled, stdin, outfile: join(own, 'main.js'), logLevel: 'warning' });
    cpSync(here(`../../dist/${wasm}`), join(own, wasm));
    writeFileSync(join(own, 'config.capnp'), config(wasm));
    let asked = 0;
    const flaky = createServer((_, response) => response.writeHead(asked++ === 0 ? 503 : 200).end());
    await new Promise((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const { runtime, port } = await served(own);
    try {
      const ask = encodeURIComponent(`http://127.0.0.1:${flaky.address().port}/`);
      const answer = await fetch(`http://127.0.0.1:${port}/?ask=${ask}`);
      assert.deepEqual(await answer.json(), [200, 2, 'closed']);
    } finally {
      runtime.kill();
      flaky.close();
      flaky.closeAllConnections();
    }
  });
}
