// What is deployed of a program is what nft finds, for Vercel and Next.js among others: all that the program opens has to be there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { nodeFileTrace } from '@vercel/nft';

const folder = mkdtempSync(join(tmpdir(), 'failsoft-deploy-'));
after(() => rmSync(folder, { recursive: true }));
const installed = join(folder, 'node_modules', 'failsoft');
for (const part of ['package.json', 'dist']) {
  cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(installed, part), { recursive: true });
}

const BODY = `
const policy = Policy.from({ retry: { max_attempts: 1 } });
policy.run(() => { throw 'down'; }).catch((error) => console.log(error));
`;
const PROGRAMS = {
  'imports.mjs': `import { Policy } from 'failsoft';${BODY}`,
  'requires.cjs': `const { Policy } = require('failsoft');${BODY}`,
};

for (const [name, text] of Object.entries(PROGRAMS)) {
  test(`${name} runs where only what it needs was deployed, on both engines`, async () => {
    writeFileSync(join(folder, name), text);
    const { fileList } = await nodeFileTrace([join(folder, name)], { base: folder });
    const deployed = join(folder, 'deployed', name);
    for (const file of fileList) {
      mkdirSync(dirname(join(deployed, file)), { recursive: true });
      cpSync(join(folder, file), join(deployed, file));
    }
    for (const FAILSOFT_ENGINE of ['native', 'wasm']) {
      const options = { cwd: deployed, encoding: 'utf8', env: { ...process.env, FAILSOFT_ENGINE } };
      assert.equal(execFileSync(process.execPath, [name], options), 'down\n');
    }
  });
}
