// What a fault document says of an error: by shape, from any realm, with or without its class's name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';

import { assertMeans, bundle, faultOf, judge } from './meaning.mjs';

const error = (properties, message = '') => Object.assign(new Error(message), properties);

/** As JSON, which is how an engine gets it. */
const document = (thrown, clock) => JSON.parse(JSON.stringify(faultOf(thrown, clock)));

const PLAIN = { host: 'node', type: 'Error', bases: ['Object'], name: 'Error' };

test('an error is its class, its name, its text and its codes', () => {
  const thrown = error({ code: 'ECONNREFUSED', errno: -111, syscall: 'connect', port: 80 }, 'connect refused');
  const expected = { ...PLAIN, message: 'connect refused', code: 'ECONNREFUSED', errno: -111, syscall: 'connect' };
  assert.deepEqual(document(thrown), expected);
});

test('a code may be a number, and an errno a name', () => {
  assert.equal(document(new DOMException('', 'TimeoutError')).code, 23);
  assert.equal(document(error({ errno: 'ECONNRESET' })).errno, 'ECONNRESET');
});

test('the classes that an error inherits from are its bases, nearest first', () => {
  class Outer extends RangeError {}
  class Inner extends Outer {}
  const { type, bases } = document(new Inner('x'));
  assert.deepEqual([type, bases], ['Inner', ['Outer', 'RangeError', 'Error', 'Object']]);
});

test('what is no error is described all the same', () => {
  const described = [null, undefined, 'down', 7, true, 7n, Symbol('down'), () => 1, {}, Object.create(null)].map(
    (thrown) => document(thrown),
  );
  assert.deepEqual(described, [
    { host: 'node' },
    { host: 'node' },
    { host: 'node', type: 'String', message: 'down' },
    { host: 'node', type: 'Number', message: '7' },
    { host: 'node', type: 'Boolean', message: 'true' },
    { host: 'node', type: 'Bigint' },
    { host: 'node', type: 'Symbol', message: 'down' },
    { host: 'node', type: 'Function' },
    { host: 'node', type: 'Object' },
    { host: 'node' },
  ]);
});

test('a text that was thrown is judged by its words, a number by nothing', () => {
  assertMeans('connection refused', ['connection', true, 'words.connection refused']);
  for (const thrown of [null, undefined, 503, 7n, Symbol('x'), () => 1]) {
    assertMeans(thrown, ['unknown', false, 'unknown']);
  }
});

test('an object that was thrown counts by what is in it', () => {
  assertMeans({ status: 503 }, ['server', true, 'http.status.503']);
  assertMeans({ code: 'ECONNRESET' }, ['connection', true, 'errno.ECONNRESET']);
  assertMeans(Object.assign(Object.create(null), { statusCode: 404 }), ['not_found', false, 'http.status.404']);
});

test('an answer of fetch that was thrown has its status and its hints, and its body is left alone', () => {
  const thrown = new Response('later', { status: 429, headers: { 'Retry-After': '3', 'Set-Cookie': 'secret' } });
  const { now, ...rest } = document(thrown, () => 1_700_000_000_500);
  const expected = { host: 'node', type: 'Response', bases: ['Object'], status: 429, headers: { 'retry-after': '3' } };
  assert.deepEqual([now, rest, thrown.bodyUsed], [1_700_000_000.5, expected, false]);
});

test('a date to come back at counts from the clock', () => {
  const thrown = error({ status: 503, headers: { 'retry-after': 'Tue, 14 Nov 2023 22:13:50 GMT' } });
  assertMeans(thrown, ['server', true, 'http.status.503', 30], () => 1_700_000_000_000);
});

/** The same hints in every form in which clients keep headers. */
const HEADERS = {
  'a plain object': { 'Retry-After': '5' },
  'a plain object with lists': { 'retry-after': ['5', '9'] },
  'a number': { 'retry-after': 5 },
  Headers: new Headers({ 'Retry-After': '5' }),
  'a Map': new Map([['Retry-After', '5']]),
  'a list of pairs': [['Retry-After', '5']],
  'a class with get and nothing to see': new (class {
    get(name) {
      return name === 'retry-after' ? '5' : null;
    }
  })(),
};
for (const [form, headers] of Object.entries(HEADERS)) {
  test(`headers are read from ${form}, on the error or on its answer`, () => {
    assertMeans(error({ status: 503, headers }), ['server', true, 'http.status.503', 5]);
    assertMeans(error({ response: { status: 503, headers } }), ['server', true, 'http.status.503', 5]);
  });
}

test('of two places the answer counts more than the error, and of two values the first', () => {
  const response = {
    headers: [
      ['Retry-After', '5'],
      ['retry-after', '6'],
    ],
  };
  assertMeans(error({ status: 503, response, headers: { 'retry-after': '7' } }), [
    'server',
    true,
    'http.status.503',
    5,
  ]);
});

test('only hints leave an answer, and none of its secrets', () => {
  const headers = {
    'retry-after': '1',
    'X-RateLimit-Remaining': '0',
    authorization: 'Bearer secret',
    'set-cookie': 'secret',
    'x-api-key': 'secret',
  };
  const fault = document(
    error({ status: 429, headers, config: { headers }, request: { headers }, options: { headers } }),
  );
  assert.deepEqual(fault.headers, { 'retry-after': '1', 'x-ratelimit-remaining': '0' });
  assert.ok(!JSON.stringify(fault).includes('secret'));
});

test('the date of an answer goes with a hint and never alone', () => {
  assert.equal('headers' in document(error({ headers: { date: 'Tue, 14 Nov 2023 22:13:20 GMT' } })), false);
});

/** Where clients keep the status. */
const STATUSES = [
  { status: 503 },
  { status: '503' },
  { statusCode: 503 },
  { response: { status: 503 } },
  { response: { statusCode: 503 } },
  { $metadata: { httpStatusCode: 503 } },
  { meta: { statusCode: 503 } },
  { output: { statusCode: 503 } },
];
for (const properties of STATUSES) {
  test(`a status is found at ${JSON.stringify(properties)}`, () => {
    assertMeans(error(properties), ['server', true, 'http.status.503']);
  });
}

test('a word in the place of a status is a code of the provider', () => {
  assertMeans(error({ status: 'RESOURCE_EXHAUSTED' }), ['rate_limit', true, 'code.resource_exhausted']);
});

test('a body says what a status does not', () => {
  const data = { error: { code: 'insufficient_quota' } };
  assertMeans(error({ response: { status: 429, data } }), ['quota', false, 'code.insufficient_quota']);
  const body = JSON.stringify(data);
  assertMeans(error({ response: { statusCode: 429, body } }), ['quota', false, 'code.insufficient_quota']);
  const bytes = new TextEncoder().encode(body);
  assertMeans(error({ response: { status: 429, data: bytes } }), ['quota', false, 'code.insufficient_quota']);
});

// mode: error known by module or class identity only
test('minified classes change nothing where there are codes', () => {
  const minified = (properties) => Object.assign(new (class e extends Error {})('x'), properties);
  assertMeans(minified({ isAxiosError: true, code: 'ERR_BAD_REQUEST', response: { status: 429 } }), [
    'rate_limit',
    true,
    'http.status.429',
  ]);
  assertMeans(minified({ name: 'ThrottlingException', $fault: 'client', $metadata: { httpStatusCode: 400 } }), [
    'rate_limit',
    true,
    'code.throttling',
  ]);
  assertMeans(minified({ code: '40001', severity: 'ERROR' }), ['conflict', true, 'sqlstate.40001']);
});

test('the AWS SDK says itself what may be tried again', () => {
  const thrown = error({ name: 'Peculiar', $retryable: { throttling: true }, $metadata: {} });
  assertMeans(thrown, ['server', true, 'attrs.$retryable']);
});

// mode: error known by module or class identity only
test('an error of another realm is the same error', () => {
  const foreign = vm.runInNewContext(`
    const inner = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' });
    new TypeError('fetch failed', { cause: inner })
  `);
  assert.equal(foreign instanceof Error, false);
  assertMeans(foreign, ['connection', true, 'cause.errno.ECONNREFUSED']);
  const group = vm.runInNewContext(`new AggregateError([Object.assign(new Error(''), { code: 'ECONNRESET' })], '')`);
  assertMeans(group, ['connection', true, 'errors[0].errno.ECONNRESET']);
  const body = vm.runInNewContext(`({ error: { type: 'overloaded_error' } })`);
  assertMeans(error({ status: 400, body }), ['server', true, 'code.overloaded']);
});

// mode: error known by module or class identity only
test('an error that was cloned keeps what a clone keeps', () => {
  const clone = structuredClone(new TypeError('fetch failed'));
  assertMeans(clone, ['connection', true, 'type.TypeError.fetch failed']);
});

const refused = () => error({ code: 'ECONNREFUSED', syscall: 'connect' });
/** Where wrappers keep the error behind theirs. */
const BEHIND = [
  'cause',
  'originalError',
  'original',
  'driverError',
  'lastNodeError',
  'jse_cause',
  'networkError',
  'innerError',
  'error',
  'reason',
];
for (const key of BEHIND) {
  test(`the error behind a wrapper is found at ${key}`, () => {
    assertMeans(error({ [key]: refused() }, 'it did not work'), ['connection', true, 'cause.errno.ECONNREFUSED']);
  });
}

test('a cause may be anything, an answer of fetch too', () => {
  const thrown = new Error('it did not work', { cause: new Response(null, { status: 503 }) });
  assertMeans(thrown, ['server', true, 'cause.http.status.503']);
});

test('the members of a group are judged together, and details are no members', () => {
  const group = new AggregateError([refused(), error({ status: 401 })], 'all failed');
  assertMeans(group, ['auth', false, 'errors[1].http.status.401']);
  assertMeans(error({ errors: [{ reason: 'rateLimitExceeded' }] }), ['rate_limit', true, 'code.rate_limit']);
  const graphql = error({ errors: [{ message: 'x', extensions: { code: 'UNAUTHENTICATED' } }] });
  assertMeans(graphql, ['auth', false, 'code.unauthenticated']);
  const answered = error({ response: { status: 200, errors: graphql.errors } });
  assertMeans(answered, ['auth', false, 'code.unauthenticated']);
});

test('values of every kind are copied as JSON says them', () => {
  const data = {
    big: 7n,
    huge: 10n ** 30n,
    when: new Date(0),
    never: new Date(Number.NaN),
    map: new Map([['a', new Map([['b', 1]])]]),
    none: Number.NaN,
    nothing: null,
    call: () => 1,
    symbol: Symbol('x'),
    instance: new (class {
      a = 1;
    })(),
    list: [1, undefined, 'b', { c: true }],
  };
  const expected = { big: 7, when: '1970-01-01T00:00:00.000Z', map: { a: { b: 1 } }, list: [1, 'b', { c: true }] };
  assert.deepEqual(document(error({ data })).attrs, { data: expected });
  const named = JSON.parse('{"__proto__": "x"}');
  assert.equal(JSON.stringify(document(error({ data: named })).attrs), '{"data":{"__proto__":"x"}}');
});

test('without a process the host is a browser, and a status of 0 no answer', async () => {
  const { faultOf: inBrowser } = vm.runInNewContext(`${await bundle('iife')}; fault`);
  const fault = inBrowser(error({ name: 'HttpErrorResponse', status: 0 }));
  const { category, retryable, rule } = judge(fault);
  assert.deepEqual([fault.host, category, retryable, rule], ['browser', 'connection', true, 'http.status.0']);
});

// mode: endless chain of causes
test('sixteen causes are followed, of however many', () => {
  let thrown = error({});
  for (let link = 0; link < 100; link++) thrown = new Error('outer', { cause: thrown });
  let count = 0;
  for (let fault = faultOf(thrown); fault.cause; fault = fault.cause) count += 1;
  assert.equal(count, 16);
});

test('sixty-four errors are described in all, of however many causes and members', () => {
  const count = (fault) =>
    [fault.cause, ...(fault.errors ?? [])].reduce((sum, part) => sum + (part ? count(part) : 0), 1);
  const group = (depth, width, cause = new Error('inner')) => {
    const members = depth === 0 ? [] : Array.from({ length: width }, () => group(depth - 1, width));
    return new AggregateError(members, 'all failed', { cause });
  };
  for (const width of [5, 6, 10, 12]) {
    // With a cause of its own or without, so that the last one is now a member and now a cause.
    assert.deepEqual([count(faultOf(group(3, width))), count(faultOf(group(3, width, null)))], [64, 64]);
  }
});

test('members are described once, and not copied as details too', () => {
  const fault = document(new AggregateError([refused()], 'all failed'));
  assert.deepEqual([fault.errors.length, fault.attrs], [1, undefined]);
});

test('a method called cause is none', () => {
  const thrown = error({ cause: () => error({ status: 401 }), jse_cause: refused() });
  assertMeans(thrown, ['connection', true, 'cause.errno.ECONNREFUSED']);
});

// mode: endless chain of causes
test('an error is not behind itself', () => {
  const thrown = refused();
  assert.deepEqual(
    document(Object.assign(thrown, { original: thrown, error: thrown, cause: thrown })).cause,
    undefined,
  );
});

test('a number that is no status of HTTP is left out', () => {
  const numbers = [1, 99, 600, 999, 503.5, -503, '5030', ' 503', {}].map(
    (status) => document(error({ status })).status,
  );
  assert.deepEqual(numbers, Array(9).fill(undefined));
});

test('what an error carries is copied eight levels deep', () => {
  const data = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
  const kept = { a: { b: { c: { d: { e: { f: { g: {} } } } } } } };
  assert.deepEqual(document(error({ data })).attrs, { data: kept });
});

test('of lists and objects 256 are copied, and 32 entries of each', () => {
  const data = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({})));
  const lists = document(error({ data })).attrs.data;
  const objects = lists.flat().length;
  assert.deepEqual([lists[0].length, 1 + lists.length + objects], [32, 256]);
});

test('of a text 8192 characters are kept, and 65536 of all texts', () => {
  const text = 'x'.repeat(100_000);
  const details = Array.from({ length: 20 }, () => text);
  const fault = document(error({ details, name: text, code: text }, text));
  const kept = [fault.message, ...fault.attrs.details].map(({ length }) => length);
  assert.deepEqual([fault.name, fault.code, kept.slice(0, 8)], [undefined, undefined, Array(8).fill(8192)]);
  assert.equal(
    kept.reduce((sum, length) => sum + length),
    65_536,
  );
});
