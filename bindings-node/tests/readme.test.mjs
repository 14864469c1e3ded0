// Every JavaScript snippet of the READMEs runs, against a real server on loopback, and prints what it says it prints.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const snippets = ['../../README.md', '../README.md'].flatMap((path) => {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, snippet]) => snippet);
});
const folder = mkdtempSync(join(tmpdir(), 'failsoft-readme-'));
const server = createServer(({ url }, response) => response.end(JSON.stringify({ path: url })));

before(async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(folder, 'node_modules', 'failsoft'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('there are snippets', () => assert.ok(snippets.length > 3));

snippets.forEach((snippet, number) => {
  test(`snippet ${number + 1}: ${snippet.trim().split('\n').at(-1).slice(0, 50)}`, async () => {
    const program = join(folder, `snippet-${number}.mjs`);
    writeFileSync(program, snippet.replaceAll('https://api.example.com', `http://127.0.0.1:${server.address().port}`));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
    // Beside a line of the program, or on lines of their own.
    const shown = [...snippet.matchAll(/(?:;|^) ?\/\/ (.+)$/gm)].map(([, line]) => line);
    assert.deepEqual(stdout.trim().split('\n').sort(), shown.sort());
  });
});
