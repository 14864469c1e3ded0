// What the first load of a package takes, in a program that finds it by its name; and what Node itself takes to find an empty one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PEERS = ['cockatiel', 'opossum', 'p-retry', 'exponential-backoff', 'async-retry'];
const ROUNDS = 15;
const FAILED = `.Policy.from({ retry: { max_attempts: 1 } }).run(() => { throw 'down'; }).catch(() => {})`;

/** A folder with a program's packages. */
function program() {
  const folder = mkdtempSync(join(tmpdir(), 'failsoft-load-'));
  const empty = join(folder, 'node_modules', 'empty');
  mkdirSync(empty, { recursive: true });
  const exports = { import: './empty.mjs', require: './empty.cjs' };
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ name: 'empty', exports }));
  for (const file of Object.values(exports)) writeFileSync(join(empty, file), '');
  symlinkSync(here('../../bindings-node'), join(folder, 'node_modules', 'failsoft'));
  for (const name of PEERS) symlinkSync(here(`node_modules/${name}`), join(folder, 'node_modules', name));
  return folder;
}

/** Milliseconds, least of some fresh processes. */
function least(file, what, engine) {
  // The time is taken before it is written: to look at `process.stdout` loads more than any of these.
  const taken = 'const ms = performance.now() - t; process.stdout.write(String(ms));';
  writeFileSync(file, `const t = performance.now(); ${what}; ${taken}`);
  const env = { ...process.env, ...(engine && { FAILSOFT_ENGINE: engine }) };
  const once = () => Number(execFileSync(process.execPath, [file], { env, encoding: 'utf8' }));
  return Math.min(...Array.from({ length: ROUNDS }, once));
}

export function loads() {
  const folder = program();
  const required = (name, then = '', engine = undefined) =>
    least(join(folder, 'load.cjs'), `require('${name}')${then}`, engine);
  const imported = (name) => least(join(folder, 'load.mjs'), `await import('${name}')`);
  const taken = {
    'require: an empty package': required('empty'),
    'require: **failsoft**': required('failsoft'),
    'require: **failsoft** with a policy, native': required('failsoft', '.Policy.from({})', 'native'),
    'require: **failsoft** with a failed call, native': required('failsoft', FAILED, 'native'),
    'require: **failsoft** with a policy, wasm': required('failsoft', '.Policy.from({})', 'wasm'),
    ...Object.fromEntries(PEERS.filter((name) => name !== 'p-retry').map((name) => [`require: ${name}`, required(name)])),
    'import: an empty package': imported('empty'),
    'import: **failsoft**': imported('failsoft'),
    ...Object.fromEntries(PEERS.map((name) => [`import: ${name}`, imported(name)])),
  };
  rmSync(folder, { recursive: true });
  return taken;
}
