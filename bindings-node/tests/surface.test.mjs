// What a program can import, and what that can do: a name that comes or goes does so here first.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const LISTED = JSON.parse(readFileSync(new URL('../../tests/surface.json', import.meta.url), 'utf8'));
const DECLARED = readFileSync(new URL('../dist/types/driver/index.d.ts', import.meta.url), 'utf8');

/** The list is in the words of Python. */
const camel = (name) => (/^[A-Z]/.test(name) ? name : name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()));
const here = (groups) => groups.filter(({ only }) => only === 'javascript').flatMap(({ names }) => names);

/** What the declarations give out, and of it what is a type alone. */
const blocks = [...DECLARED.matchAll(/export (type )?\{([^}]*)\}/g)];
const declared = blocks.flatMap(([, type, names]) => {
  const each = names.split(',').map((name) => name.trim());
  return each
    .filter((name) => name !== '')
    .map((name) => ({ name: name.replace('type ', ''), type: !!type || /^type /.test(name) }));
});
const NAMES = declared
  .filter(({ type }) => !type)
  .map(({ name }) => name)
  .sort();

const MEMBERS = Object.fromEntries(
  Object.entries(LISTED.members).map(([type, members]) => {
    const own = here(LISTED.members_only).filter((name) => name.startsWith(`${type}.`));
    return [type, [...members, ...own.map((name) => name.slice(type.length + 1))].map(camel).sort()];
  }),
);

test('the package declares what is listed and nothing else', () => {
  const listed = [...LISTED.names, ...here(LISTED.only)].map(camel);
  assert.deepEqual(declared.map(({ name }) => name).sort(), listed.sort());
});

/** What `failsoft/small` leaves out. */
const FULL_ONLY = [
  'BulkheadFullError',
  'FallbackChain',
  'FallbackExhaustedError',
  'GracefulDegradation',
  'RateLimitedError',
  'System',
  'runBatch',
];

const require = createRequire(import.meta.url);

const FULL = ['node.js', 'web.js', 'inline.js', 'node.cjs', 'inline.cjs'];
const SMALL = ['small.js', 'small-inline.js', 'small-inline.cjs'];
for (const path of [...FULL, ...SMALL]) {
  const names = SMALL.includes(path) ? NAMES.filter((name) => !FULL_ONLY.includes(name)) : NAMES;
  test(`dist/${path} exports the surface and nothing else`, async () => {
    const module = path.endsWith('.cjs') ? require(`../dist/${path}`) : await import(`../dist/${path}`);
    const { default: _, ...named } = module;
    assert.deepEqual(Object.keys(named).sort(), names);
    for (const [type, members] of Object.entries(MEMBERS).filter(([type]) => names.includes(type))) {
      const own = Object.getOwnPropertyNames(module[type].prototype).filter((name) => name !== 'constructor');
      assert.deepEqual([module[type].name, own.sort()], [type, members]);
    }
    const errors = names.filter((name) => name.endsWith('Error'));
    for (const name of errors) {
      const { prototype } = module[name];
      assert.ok(prototype instanceof Error && prototype.name === name && module[name].name === name);
      assert.ok(!Object.keys(prototype).includes('name'));
    }
  });
}

test('import and require give the same classes', async () => {
  const imported = await import('../dist/node.js');
  assert.equal(imported.ConfigError, require('../dist/node.cjs').ConfigError);
});
