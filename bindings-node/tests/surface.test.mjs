// What a program can import, and what that can do: a name that comes or goes does so here first.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const NAMES = [
  'AttemptTimeoutError',
  'BulkheadFullError',
  'CircuitBreaker',
  'CircuitBreakerOpenError',
  'ConfigError',
  'DeadlineExceededError',
  'FailsoftError',
  'FallbackChain',
  'FallbackExhaustedError',
  'GracefulDegradation',
  'PermanentError',
  'Policy',
  'RateLimitedError',
  'System',
  'TransientError',
  'classify',
  'classifyFault',
  'ready',
  'reportOf',
  'runBatch',
  'withRetry',
  'wrapFetch',
];

const MEMBERS = {
  FallbackChain: ['add', 'addFallback', 'execute', 'ready', 'restore', 'run', 'runWith', 'snapshot', 'statistics'],
  GracefulDegradation: [
    'adjustParameters',
    'degrade',
    'describe',
    'level',
    'observe',
    'onChange',
    'pin',
    'ready',
    'restore',
    'restoreSnapshot',
    'setLevel',
    'snapshot',
    'tick',
    'unpin',
  ],
  System: [
    'circuitBreaker',
    'clearHistory',
    'debugInfo',
    'errorAnalytics',
    'events',
    'executeWithResilience',
    'fallbackChain',
    'gracefulDegradation',
    'health',
    'policy',
    'ready',
    'restore',
    'snapshot',
    'sweep',
    'tick',
  ],
  Policy: ['breaker', 'explain', 'name', 'ready', 'run', 'wrap'],
  CircuitBreaker: [
    'failureCount',
    'forceClose',
    'forceOpen',
    'isAvailable',
    'isOpen',
    'name',
    'ready',
    'reset',
    'restore',
    'retryAfter',
    'run',
    'snapshot',
    'state',
    'wrap',
  ],
};

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

const FULL = ['node.js', 'web.js', 'inline.js', 'cjs/node.js', 'cjs/inline.js'];
const SMALL = ['small.js', 'small-inline.js', 'cjs/small-inline.js'];
for (const path of [...FULL, ...SMALL]) {
  const names = SMALL.includes(path) ? NAMES.filter((name) => !FULL_ONLY.includes(name)) : NAMES;
  test(`dist/${path} exports the surface and nothing else`, async () => {
    const module = path.startsWith('cjs/') ? require(`../dist/${path}`) : await import(`../dist/${path}`);
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
  assert.equal(imported.ConfigError, require('../dist/cjs/node.js').ConfigError);
});
