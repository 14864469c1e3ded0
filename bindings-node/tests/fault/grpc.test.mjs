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
    for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
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
  thrown.message = 'the call failed';
  assertMeans(thrown, ['not_found', false, 'grpc.NOT_FOUND']);
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

test('a number and metadata alone are no gRPC', () => {
  const thrown = Object.assign(new Error('as told'), { code: 14, metadata: {} });
  assertMeans(thrown, ['unknown', false, 'unknown']);
});
