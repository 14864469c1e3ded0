import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as grpc from '@grpc/grpc-js';

import { assertMeans, faultOf, thrownBy } from './meaning.mjs';
import { close, nobody, silent } from './servers.mjs';

const bytes = (value) => Buffer.from(value);
const service = {
  Fail: {
    path: '/test.Test/Fail',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: String,
    responseSerialize: bytes,
    responseDeserialize: String,
  },
};
const Client = grpc.makeGenericClientConstructor(service, 'Test');

const server = new grpc.Server();
server.addService(service, {
  Fail(call, done) {
    const { code, details, trailers = {} } = JSON.parse(call.request);
    const metadata = new grpc.Metadata();
    for (const [key, value] of Object.entries(trailers)) {
      metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'hex') : value);
    }
    if (code !== undefined) done({ code, details, metadata });
  },
});
const port = await new Promise((resolve, reject) => {
  const started = (error, bound) => (error ? reject(error) : resolve(bound));
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), started);
});
after(() => {
  server.forceShutdown();
  close();
});

/** What a call throws that the server answers so. */
async function failing(answer, { to = port, within = 5000, abort = false } = {}) {
  const client = new Client(`127.0.0.1:${to}`, grpc.credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  const thrown = await thrownBy(
    () =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + within };
        const call = client.Fail(JSON.stringify(answer), options, (error) => (error ? reject(error) : resolve()));
        if (abort) setTimeout(() => call.cancel(), 10);
      }),
  );
  client.close();
  return thrown;
}

const CODES = {
  INVALID_ARGUMENT: ['invalid_request', false],
  DEADLINE_EXCEEDED: ['timeout', true],
  NOT_FOUND: ['not_found', false],
  ALREADY_EXISTS: ['conflict', false],
  PERMISSION_DENIED: ['auth', false],
  RESOURCE_EXHAUSTED: ['rate_limit', true],
  ABORTED: ['conflict', true],
  UNIMPLEMENTED: ['server', false],
  INTERNAL: ['server', true],
  UNAVAILABLE: ['server', true],
  DATA_LOSS: ['server', false],
  UNAUTHENTICATED: ['auth', false],
};
for (const [name, [category, retryable]] of Object.entries(CODES)) {
  test(`grpc-js: ${name} is ${category}`, async () => {
    const thrown = await failing({ code: grpc.status[name], details: 'as told' });
    assertMeans(thrown, [category, retryable, `grpc.${name}`]);
  });
}

test('grpc-js: the status is known by its shape where the text has been replaced', async () => {
  const thrown = await failing({ code: grpc.status.NOT_FOUND, details: 'as told' });
  Object.assign(thrown, { message: 'the call failed', status: 503 });
  assertMeans(thrown, ['not_found', false, 'grpc.NOT_FOUND']);
  assert.equal(faultOf(thrown).status, undefined);
});

test('grpc-js: a server that wants to be asked later says when', async () => {
  const trailers = { 'grpc-retry-pushback-ms': '1500' };
  const thrown = await failing({ code: grpc.status.UNAVAILABLE, details: 'as told', trailers });
  assertMeans(thrown, ['server', true, 'server.grpc-retry-pushback-ms', 1.5]);
});

test('grpc-js: a server that wants to be asked no more is not', async () => {
  const trailers = { 'grpc-retry-pushback-ms': '-1' };
  const thrown = await failing({ code: grpc.status.UNAVAILABLE, details: 'as told', trailers });
  assertMeans(thrown, ['server', false, 'server.grpc-retry-pushback-ms']);
});

/** One field of a protocol buffer, in hexadecimal digits: a number, or a text or message and its length. */
const byte = (value) => value.toString(16).padStart(2, '0');
const field = (number, value) =>
  typeof value === 'number' ? byte(number * 8) + byte(value) : byte(number * 8 + 2) + byte(value.length / 2) + value;
const hex = (text) => Buffer.from(text).toString('hex');
const DELAY = field(1, field(1, 3) + field(2, 100)); // 3 s and 100 ns

test('grpc-js: a delay among the details of a status is heard', async () => {
  const any = (type, message) => field(3, field(1, hex(`type.googleapis.com/google.rpc.${type}`)) + field(2, message));
  const details = field(1, 8) + field(2, hex('as told')) + any('Help', field(1, hex('x'))) + any('RetryInfo', DELAY);
  const reason = any('ErrorInfo', field(1, hex('RATE_LIMIT_EXCEEDED')) + field(2, hex('googleapis.com')));
  const trailers = { 'grpc-status-details-bin': details + reason };
  const thrown = await failing({ code: grpc.status.RESOURCE_EXHAUSTED, details: 'as told', trailers });
  assertMeans(thrown, ['rate_limit', true, 'grpc.RESOURCE_EXHAUSTED', 3.0000001]);
  const { attrs } = faultOf(thrown);
  assert.deepEqual([attrs.reason, attrs.retryDelay], ['RATE_LIMIT_EXCEEDED', { seconds: 3, nanos: 100 }]);
});

test('grpc-js: a delay in a trailer of its own is heard', async () => {
  const trailers = { 'google.rpc.retryinfo-bin': DELAY };
  const thrown = await failing({ code: grpc.status.UNAVAILABLE, details: 'as told', trailers });
  assertMeans(thrown, ['server', true, 'grpc.UNAVAILABLE', 3.0000001]);
});

test('a delay of more than two minutes takes more than one byte', () => {
  const metadata = { get: (name) => (name === 'google.rpc.retryinfo-bin' ? [Buffer.from('0a0308ac02', 'hex')] : []) };
  const thrown = Object.assign(new Error('as told'), { code: 14, details: 'as told', metadata });
  assertMeans(thrown, ['server', true, 'grpc.UNAVAILABLE', 300]);
});

test('details that are cut off, negative or of another kind say nothing', () => {
  const negative = field(1, `08${'ff'.repeat(9)}01`);
  const hostile = [
    '',
    'ff',
    'ff'.repeat(9000),
    DELAY.slice(0, -2),
    negative,
    field(1, 7),
    `0a7f${'00'.repeat(3)}`,
    '0d',
  ];
  const elsewhere = field(2, field(1, hex('type.googleapis.com/google.rpc.RetryInfo')) + field(2, DELAY));
  for (const digits of [...hostile, '00'.repeat(9000), elsewhere]) {
    const bytes = Buffer.from(digits, 'hex');
    const metadata = { get: () => [bytes] };
    const thrown = Object.assign(new Error('as told'), { code: 14, details: 'as told', metadata });
    assert.deepEqual(faultOf(thrown).attrs, { details: 'as told', grpc_status: 14 }, digits.slice(0, 40));
  }
});

test('grpc-js: nobody listens', async () => {
  const thrown = await failing({}, { to: await nobody() });
  assertMeans(thrown, ['server', true, 'grpc.UNAVAILABLE']);
});

test('grpc-js: a server that does not answer in time', async () => {
  assertMeans(await failing({}, { within: 100 }), ['timeout', true, 'grpc.DEADLINE_EXCEEDED']);
  const thrown = await failing({}, { to: await silent(), within: 100 });
  assertMeans(thrown, ['timeout', true, 'grpc.DEADLINE_EXCEEDED']);
});

test('grpc-js: a call that its user gave up was cancelled', async () => {
  assertMeans(await failing({}, { abort: true }), ['cancelled', false, 'grpc.CANCELLED']);
});

test('Connect: the number is of gRPC there too', () => {
  class ConnectError extends Error {
    name = 'ConnectError';
    metadata = new Headers({ 'grpc-retry-pushback-ms': '250' });
    rawMessage = 'as told';
    code = 8;
  }
  const thrown = new ConnectError('[resource_exhausted] as told');
  assertMeans(thrown, ['rate_limit', true, 'server.grpc-retry-pushback-ms', 0.25]);
  assert.deepEqual(faultOf(thrown).attrs, { grpc_status: 8 });
});

test('a number and only one of the two others are no gRPC', () => {
  for (const half of [{ metadata: {} }, { details: 'as told' }]) {
    assertMeans(Object.assign(new Error('as told'), { code: 14, ...half }), ['unknown', false, 'unknown']);
  }
  const beyond = { code: 17, details: 'as told', metadata: {} };
  assert.deepEqual(faultOf(Object.assign(new Error('as told'), beyond)).attrs, { details: 'as told' });
});
