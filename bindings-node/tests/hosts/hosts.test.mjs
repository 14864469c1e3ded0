// The package in Node, Deno and Bun, with sockets that are real.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'failsoft-hosts-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(here('../..'), join(folder, 'node_modules', 'failsoft'));
writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}');
cpSync(here('program.mjs'), join(folder, 'program.mjs'));

const HOSTS = {
  Node: [process.execPath],
  Bun: [here('node_modules/bun/bin/bun.exe')],
  Deno: [here('node_modules/.bin/deno'), 'run', '--allow-all', '--quiet'],
};

for (const [host, [program, ...args]] of Object.entries(HOSTS)) {
  test(`a client copes in ${host}`, async () => {
    const options = { cwd: folder, timeout: 60_000, env: { ...process.env, NO_COLOR: '1' } };
    const { stdout } = await promisify(execFile)(program, [...args, 'program.mjs'], options);
    assert.deepEqual(stdout.trim().split('\n'), [
      '/recovers 200 answer 200',
      '/cuts 200 answer 200',
      '/posted 500 answer 500',
      '/busy 200 answer 200',
      'null closed',
      'refused connection 4',
      'enough',
    ]);
  });
}
