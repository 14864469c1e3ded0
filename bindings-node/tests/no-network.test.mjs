// Nothing goes out that the program did not ask for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const dist = new URL('../dist/', import.meta.url);

/** Runs before anything else: notes whoever opens a socket, looks up a name or starts a process. */
const WATCH = `
import { createRequire, syncBuiltinESMExports } from 'node:module';
const require = createRequire('/');
const seen = [];
const watch = (name, ...methods) => {
  const module = require(name);
  const target = name === 'net' || name === 'dgram' ? module.Socket.prototype : module;
  for (const method of methods) {
    const real = target[method];
    target[method] = function (...args) {
      seen.push(name + '.' + method);
      return real.apply(this, args);
    };
  }
};
watch('net', 'connect');
watch('dgram', 'send', 'bind');
watch('dns', 'lookup', 'resolve');
watch('child_process', 'spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork');
syncBuiltinESMExports();
const realFetch = globalThis.fetch;
globalThis.fetch = (...args) => {
  seen.push('fetch');
  return realFetch(...args);
};
process.on('exit', () => console.log(JSON.stringify(seen)));
`;

/** What a process does to the world while it runs this. */
function heardOf(code) {
  const { FAILSOFT_ENGINE: _, ...env } = process.env;
  const options = { encoding: 'utf8', env: { ...env, FAILSOFT_ENGINE: process.env.FAILSOFT_ENGINE ?? '' } };
  const program = ['--input-type=module', '--import', `data:text/javascript,${encodeURIComponent(WATCH)}`];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...program, '--eval', code], options);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const entry = (name) => fileURLToPath(new URL(name, dist));

const CALLS = `
let failures = 2;
const policy = Policy.from({ retry: { initial_delay: 0 }, circuit_breaker: {}, timeout: { attempt: 1 } });
const work = async () => {
  if (failures-- > 0) throw Object.assign(new Error('down'), { code: 'ECONNRESET' });
  return 'answer';
};
if ((await policy.run(work)) !== 'answer') throw new Error('no answer');
await policy.run(() => Promise.reject(new TypeError('fetch failed'))).catch(reportOf);
await new CircuitBreaker('search').run(work);
`;

test('whoever connects is heard of', () => {
  const code = "import net from 'node:net'; net.connect(9, '127.0.0.1').on('error', () => {});";
  assert.deepEqual(heardOf(code), ['net.connect']);
});

test('whoever fetches is heard of', () => {
  assert.ok(heardOf("await fetch('http://127.0.0.1:9/').catch(() => {});").includes('fetch'));
});

for (const name of ['node.js', 'inline.js']) {
  test(`${name}: neither the import nor guarded calls reach out`, () => {
    const code = `const { CircuitBreaker, Policy, reportOf } = await import(${JSON.stringify(entry(name))});${CALLS}`;
    assert.deepEqual(heardOf(code), []);
  });
}
