// The package as a user gets it: packed, installed into an empty folder, and used from there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'failsoft-'));
after(() => rmSync(folder, { recursive: true }));
const installed = join(folder, 'node_modules', 'failsoft');

const BODY = `
let failures = 2;
const policy = Policy.from({ retry: { initial_delay: 0 }, circuit_breaker: {} });
const fn = async () => {
  if (failures-- > 0) throw Object.assign(new Error('down'), { code: 'ECONNRESET' });
  return 'answer';
};
policy.run(fn).then((answer) => console.log(answer, policy.circuitBreaker.state));
`;
const PROGRAMS = {
  'esm.mjs': `import { Policy } from 'failsoft';${BODY}`,
  'cjs.cjs': `const { Policy } = require('failsoft');${BODY}`,
  'inline.mjs': `import { Policy } from 'failsoft/inline';${BODY}`,
  'inline.cjs': `const { Policy } = require('failsoft/inline');${BODY}`,
  'closed.cjs': `Object.preventExtensions(globalThis); const { Policy } = require('failsoft');${BODY}`,
  'small.mjs': `import { Policy } from 'failsoft/small';${BODY}`,
  'small.cjs': `const { Policy } = require('failsoft/small');${BODY}`,
  'small-inline.mjs': `import { Policy } from 'failsoft/small/inline';${BODY}`,
  'small-inline.cjs': `const { Policy } = require('failsoft/small/inline');${BODY}`,
};

// The one that comes first brings the code that both of them run.
const BOTH = {
  'import-first.mjs': `import { Policy } from 'failsoft';
import { createRequire } from 'node:module';
console.log(createRequire(import.meta.url)('failsoft').Policy === Policy);`,
  'require-first.cjs': `const { Policy } = require('failsoft');
import('failsoft').then((imported) => console.log(imported.Policy === Policy));`,
  'two-copies.cjs': `console.log(require('./copy/dist/node.cjs').Policy === require('failsoft').Policy);`,
};

// What only a failure needs, and when it is read.
const LATER = `
const { renameSync } = require('node:fs');
const file = require.resolve('failsoft').replace('node.cjs', 'failsoft.later.cjs');
const seen = [];
const look = () => seen.push(file in require.cache);
const { Policy } = require('failsoft');
look();
const policy = Policy.from({ retry: { max_attempts: 1 } });
look();
`;
const READING = {
  'classify.mjs': `import { classify } from 'failsoft'; console.log(classify(null).category);`,
  'reading.cjs': `${LATER}queueMicrotask(() => console.log(look() && seen.join(' ')));`,
  'gone.cjs': `${LATER}queueMicrotask(() => {
  renameSync(file, file + '.gone');
  const down = Object.assign(new Error('down'), { code: 'EMFILE' });
  const end = policy.run(() => { throw down; }).catch((error) => console.log(error === down));
  end.finally(() => renameSync(file + '.gone', file));
});`,
};

const npm = (...args) =>
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const run = (program, engine) => {
  const { FAILSOFT_ENGINE: _, ...env } = process.env;
  const options = { cwd: folder, encoding: 'utf8', env: { ...env, ...(engine && { FAILSOFT_ENGINE: engine }) } };
  return execFileSync(process.execPath, [program], { ...options, stdio: 'pipe' }).trim();
};

test('it is packed with nothing that a user has no use for, and needs nothing else', () => {
  const [{ filename, files }] = JSON.parse(npm('pack', '--json', fileURLToPath(new URL('..', import.meta.url))));
  const stray = files.map(({ path }) => path).filter((path) => !/^(dist\/|package.json$|README.md$)/.test(path));
  assert.deepEqual(stray, []);
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  npm('install', '--offline', '--no-audit', '--no-fund', filename);
  cpSync(installed, join(folder, 'copy'), { recursive: true });
  const { dependencies, scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  assert.deepEqual([dependencies, scripts], [undefined, undefined]);
  for (const [name, text] of Object.entries({ ...PROGRAMS, ...BOTH, ...READING }))
    writeFileSync(join(folder, name), text);
});

test('all packages have one version', () => {
  const [, version] = readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8').match(/^version = "(.*)"$/m);
  assert.equal(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).version, version);
});

for (const program of Object.keys(PROGRAMS)) {
  test(`${program} runs on the native engine`, () => assert.equal(run(program, 'native'), 'answer closed'));
}

for (const program of Object.keys(BOTH)) {
  test(`${program} gets the same classes twice`, () => assert.equal(run(program), 'true'));
}

test('the order in which a build happens to meet modules is not in the files', () => {
  const code = readFileSync(join(installed, 'dist', 'node.cjs'), 'utf8');
  const shared = [...code.matchAll(/^ +"(driver\/.+\.ts)": \{/gm)].map(([, module]) => module);
  assert.ok(shared.length > 3);
  assert.deepEqual(shared, shared.toSorted());
});

test('what only a failure needs is read when the first policy is made and its maker has ended', () => {
  assert.equal(run('reading.cjs'), 'false false true');
});

test('the first failure needs no file any more', () => assert.equal(run('gone.cjs'), 'true'));

/** Makes one file of a program and all that it imports. */
async function bundled(program, format) {
  const outfile = join(folder, `${program}-bundled.${{ esm: 'mjs', cjs: 'cjs' }[format]}`);
  const how = { platform: 'node', bundle: true, format, logLevel: 'error' };
  await build({ ...how, entryPoints: [join(folder, program)], outfile });
  return outfile;
}

test('a program that is bundled with the engine in the code runs by itself', async () => {
  assert.equal(run(await bundled('inline.mjs', 'esm')), 'answer closed');
  assert.equal(run(await bundled('inline.cjs', 'cjs')), 'answer closed');
});

test('a program that is bundled without the engine is told what to do', async () => {
  for (const [program, format] of [
    ['esm.mjs', 'esm'],
    ['cjs.cjs', 'cjs'],
    ['esm.mjs', 'cjs'],
    ['classify.mjs', 'esm'],
  ]) {
    const alone = await bundled(program, format);
    assert.throws(
      () => run(alone),
      /where this is bundled, leave "failsoft" out of the bundle, or import "failsoft\/inline"/,
    );
  }
});

test('where no native engine fits, the other one is taken', () => {
  const native = readdirSync(join(installed, 'dist')).filter((name) => name.endsWith('.node'));
  assert.equal(native.length, 1);
  rmSync(join(installed, 'dist', native[0]));
  for (const program of Object.keys(PROGRAMS)) assert.equal(run(program), 'answer closed');
  assert.throws(() => run('esm.mjs', 'native'), /there is no native engine for/);
});
