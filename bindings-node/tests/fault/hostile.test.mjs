// No value is too strange to be described, nothing is read twice, and no description is large.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { faultOf, judge } from './meaning.mjs';

const refuse = () => {
  throw new Error('refused');
};
const carrying = (properties) => Object.assign(new Error('connection refused'), properties);

/** Every trap of a proxy throws. */
const refusing = new Proxy({}, new Proxy({}, { get: () => refuse }));

/** An error every property of which is a getter that throws. */
function throwing(keys) {
  const error = new Error('x');
  for (const key of keys) Object.defineProperty(error, key, { get: refuse });
  return error;
}

/** Every property, called or not, is another of the same. */
const endless = () => new Proxy(() => {}, { get: endless, apply: endless, getPrototypeOf: endless });

/** The same, of which `typeof` says that it is an object. */
const endlessObject = () =>
  new Proxy({}, { get: endlessObject, getPrototypeOf: () => new Proxy({}, { getPrototypeOf: endlessObject }) });

function chain(length) {
  let error = carrying({});
  for (let link = 1; link < length; link++) error = new Error('connection refused', { cause: error });
  return error;
}

function circle(length) {
  const errors = Array.from({ length }, () => carrying({}));
  for (const [index, error] of errors.entries()) error.cause = errors[(index + 1) % length];
  return errors[0];
}

function groups(depth) {
  const members = depth > 0 ? Array.from({ length: 16 }, () => groups(depth - 1)) : [];
  return Object.assign(new AggregateError(members, 'connection refused'), { data: { a: { b: { c: 'd' } } } });
}

function nested(depth) {
  let data = {};
  for (let level = 0; level < depth; level++) data = { data, list: [[data]] };
  return data;
}

const recursive = { error: { code: 'ECONNREFUSED' } };
recursive.self = recursive;
recursive.list = [recursive];

class Named extends Error {
  static get name() {
    return refuse();
  }
}

class Methods extends Array {
  static [Symbol.species] = refuse;
  slice = refuse;
  map = refuse;
  filter = refuse;
}

const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

function* endlessHeaders() {
  for (;;) yield ['retry-after', '1'];
}

const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
const long = 'connection refused '.repeat(500_000);

const HOSTILE = {
  'a proxy that refuses everything': () => refusing,
  'a proxy that was revoked': () => revoked({}),
  'a function that was revoked': () => revoked(() => {}),
  'a proxy that is everything': endless,
  'an object that is everything': endlessObject,
  'an error around proxies that refuse': () =>
    carrying({
      cause: refusing,
      response: refusing,
      headers: refusing,
      data: refusing,
      code: refusing,
      errors: refusing,
    }),
  'an error around proxies that were revoked': () =>
    carrying({
      cause: revoked({}),
      response: revoked({}),
      headers: revoked([]),
      data: revoked([]),
      errors: revoked([]),
    }),
  'getters that throw': () => throwing(['message', 'name', 'code', 'status', 'cause', 'errors', 'response', 'headers']),
  'an error that cannot be changed': () => Object.freeze(carrying({ code: 'ECONNREFUSED' })),
  'an error that is sealed': () => Object.seal(carrying({ code: 'ECONNREFUSED' })),
  'a class that lies about its name': () => new Named('connection refused'),
  'an object that lies about its tag': () => ({ [Symbol.toStringTag]: 'Error', message: 'connection refused' }),
  'an error that claims to be a date': () =>
    carrying({ [Symbol.toStringTag]: 'Date', data: { [Symbol.toStringTag]: 'Map' } }),
  'a prototype that is a proxy': () => Object.create(refusing),
  'a circle of one': () => circle(1),
  'a circle of two': () => circle(2),
  'a chain of ten thousand causes': () => chain(10_000),
  'groups in groups': () => groups(3),
  'a group that is its own member': () => {
    const group = new AggregateError([], 'connection refused');
    group.errors.push(group, group);
    return group;
  },
  'a list that is longer than it says': () => carrying({ errors: { length: -1, 0: new Error('x') } }),
  'lists with methods of their own': () => {
    const list = new Methods();
    list.push(carrying({}), 1);
    return carrying({ errors: list, data: { list }, headers: list });
  },
  'a text of megabytes': () => new Error(long),
  'texts of megabytes everywhere': () =>
    carrying({
      name: long,
      code: long,
      syscall: long,
      errno: long,
      status: long,
      data: [long, long, { [long]: long }],
      body: long,
    }),
  'a body that contains itself': () => carrying({ data: recursive }),
  'a deep body': () => carrying({ data: nested(10_000) }),
  'a wide body': () => carrying({ data: wide, body: Object.values(wide) }),
  'a number of thousands of digits': () => carrying({ code: 10n ** 5000n, status: 10n ** 5000n, data: 10n ** 5000n }),
  'numbers that JSON cannot say': () =>
    carrying({ code: Number.NaN, errno: Number.NEGATIVE_INFINITY, status: 1e300, data: [Number.NaN, 1e300] }),
  'half a character': () => carrying({ code: '\ud800', data: { '\udfff': '\ud800' }, reason: '\ud83d' }),
  'headers without end': () => carrying({ headers: { [Symbol.iterator]: endlessHeaders }, status: 503 }),
  'headers that refuse': () => carrying({ headers: { [Symbol.iterator]: refuse, get: refuse } }),
  'headers that are no headers': () => carrying({ headers: 7, response: { headers: [1, [], [2, 3], null] } }),
  'a body that wants to be asked for its JSON': () => carrying({ data: { toJSON: refuse, a: 1 } }),
  'objects in the place of everything': () =>
    carrying(
      Object.fromEntries(['message', 'name', 'code', 'errno', 'syscall', 'status', 'type'].map((key) => [key, {}])),
    ),
  'the global object': () => globalThis,
};

for (const [name, make] of Object.entries(HOSTILE)) {
  // mode: hostile error object
  test(`${name}: is described in few words and soon, and the engine understands it`, () => {
    const thrown = make();
    const begun = process.cpuUsage();
    const text = JSON.stringify(faultOf(thrown));
    const verdict = judge(JSON.parse(text));
    const took = process.cpuUsage(begun).user / 1000;
    assert.ok(text.length < 250_000, `${text.length} characters`);
    assert.ok(took < 500, `${took} ms`);
    assert.equal(verdict.retryable, verdict.status === 'transient');
  });
}

const KNOWN = [
  'an error that cannot be changed',
  'an error that is sealed',
  'a circle of two',
  'a chain of ten thousand causes',
];
for (const name of [
  ...KNOWN,
  'an error around proxies that refuse',
  'a text of megabytes',
  'a class that lies about its name',
]) {
  // mode: endless chain of causes
  // mode: hostile error object
  test(`${name}: is known for what it is all the same`, () => {
    assert.equal(judge(faultOf(HOSTILE[name]())).category, 'connection');
  });
}

test('no property of an error, its answer, its body or its causes is read twice', () => {
  const reads = new Map();
  const counted = new Map();
  const count = (target, path) => {
    if (typeof target !== 'object' || target === null) return target;
    const get = (owner, key, receiver) => {
      const at = `${path}.${String(key)}`;
      reads.set(at, (reads.get(at) ?? 0) + 1);
      const value = Reflect.get(owner, key, owner);
      if (typeof value !== 'object' || value === null) return value;
      if (!counted.has(value)) counted.set(value, count(value, at));
      return counted.get(value) ?? receiver;
    };
    return new Proxy(target, { get });
  };
  const headers = { 'retry-after': '1', 'x-request-id': 'a' };
  const response = {
    status: 429,
    headers,
    data: { error: { code: 'rate_limit_exceeded', errors: [{ reason: 'x' }] } },
  };
  const cause = carrying({ code: 'ECONNRESET', response });
  const error = carrying({
    code: 'E',
    response,
    headers,
    cause,
    error: cause,
    reason: cause,
    $metadata: {},
    errors: [cause],
  });
  error.data = response.data;
  const fault = faultOf(count(error, 'error'));
  const twice = [...reads].filter(([, times]) => times > 1);
  assert.deepEqual(twice, []);
  assert.equal(fault.status, 429);
});

test('the stack is not read, which would cost more than all the rest', () => {
  const error = carrying({});
  Object.defineProperty(error, 'stack', { get: () => assert.fail('the stack was read') });
  faultOf(error);
});

test('nothing is written to what was thrown', () => {
  const error = carrying({ response: { status: 503, headers: {}, data: { a: [1] } } });
  const before = JSON.stringify([Reflect.ownKeys(error), error.response]);
  faultOf(error);
  assert.equal(JSON.stringify([Reflect.ownKeys(error), error.response]), before);
});
