// What engines throw that carries nothing but a name and a text.
import { test } from 'node:test';
import { CloseEvent } from 'undici';

import { assertMeans } from './meaning.mjs';

/** What a `fetch` that got no answer says, and the words of it that decide. */
const UNANSWERED = [
  ['Chromium', 'Failed to fetch', 'failed to fetch'],
  ['Chromium', 'network error', 'network error'],
  ['Chromium', 'Failed to fetch dynamically imported module: https://a.test/b.js', 'failed to fetch'],
  ['Firefox', 'NetworkError when attempting to fetch resource.', 'networkerror when attempting to fetch resource'],
  ['Firefox', 'Error in input stream', 'error in input stream'],
  ['Safari', 'Load failed', 'load failed'],
  ['Safari', 'The network connection was lost.', 'network connection was lost'],
  ['Safari', 'The Internet connection appears to be offline.', 'internet connection appears to be offline'],
  ['Safari', 'Could not connect to the server.', 'could not connect to the server'],
  ['Safari', 'Importing a module script failed.', 'importing a module script failed'],
  ['Node', 'fetch failed', 'fetch failed'],
  ['Node', 'terminated', 'terminated'],
  ['Deno', 'error sending request for url (https://a.test/): connection closed', 'error sending request'],
  ['React Native', 'Network request failed', 'network request failed'],
];
for (const [engine, message, words] of UNANSWERED) {
  test(`${engine}: "${message}" is a connection`, () => {
    assertMeans(new TypeError(message), ['connection', true, `type.TypeError.${words}`]);
  });
}

test('Safari: a request that timed out is a timeout', () => {
  assertMeans(new TypeError('The request timed out.'), ['timeout', true, 'type.TypeError.request timed out']);
});

test('Safari: a certificate that is not trusted will not be the next time', () => {
  const message = 'The certificate for this server is invalid. You might be connecting to a server that pretends.';
  const rule = 'type.TypeError.certificate for this server is invalid';
  assertMeans(new TypeError(message), ['connection', false, rule]);
});

const MISTAKES = [
  'x is not a function',
  "Cannot read properties of undefined (reading 'id')",
  'undefined is not an object (evaluating "a.b")',
  'can\'t access property "b", a is undefined',
  'Assignment to constant variable.',
  "Failed to execute 'fetch' on 'Window': Request with GET/HEAD method cannot have body.",
  'Body is unusable: Body has already been read',
  'Converting circular structure to JSON',
];
for (const message of MISTAKES) {
  test(`a TypeError that says "${message}" is a mistake of the program`, () => {
    assertMeans(new TypeError(message), ['invalid_request', false, 'type.TypeError']);
  });
}

test('mistakes of other classes are mistakes too', () => {
  const thrown = [new ReferenceError('x is not defined'), new RangeError('Maximum call stack size exceeded')];
  for (const error of [...thrown, new SyntaxError('Unexpected token < in JSON at position 0')]) {
    assertMeans(error, ['invalid_request', false, `type.${error.name}`]);
  }
});

const DOM = {
  AbortError: ['cancelled', false, 'cancel.AbortError'],
  TimeoutError: ['timeout', true, 'type.TimeoutError'],
  NetworkError: ['connection', true, 'type.NetworkError'],
  QuotaExceededError: ['quota', false, 'type.QuotaExceededError'],
  NotAllowedError: ['auth', false, 'type.NotAllowedError'],
  SecurityError: ['auth', false, 'type.*security*'],
  NotFoundError: ['not_found', false, 'type.*not_found*'],
  NotReadableError: ['resource', true, 'type.NotReadableError'],
  ConstraintError: ['conflict', false, 'type.ConstraintError'],
  ReadOnlyError: ['invalid_request', false, 'type.ReadOnlyError'],
  VersionError: ['invalid_request', false, 'type.VersionError'],
  DataCloneError: ['invalid_request', false, 'type.DataCloneError'],
  InvalidStateError: ['invalid_request', false, 'type.InvalidStateError'],
};
for (const [name, expected] of Object.entries(DOM)) {
  test(`DOMException: ${name} is ${expected[0]}`, () => assertMeans(new DOMException('…', name), expected));
}

test('the reasons of signals are their kinds of DOMException', async () => {
  assertMeans(AbortSignal.abort().reason, ['cancelled', false, 'cancel.AbortError']);
  const signal = AbortSignal.timeout(1);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  assertMeans(signal.reason, ['timeout', true, 'type.TimeoutError']);
});

const CLOSED = {
  1006: ['connection', true],
  1008: ['auth', false],
  1012: ['server', true],
  4401: ['auth', false],
};
for (const [code, [category, retryable]] of Object.entries(CLOSED)) {
  test(`a WebSocket that closed with ${code} is ${category}`, () => {
    const thrown = new CloseEvent('close', { code: Number(code), reason: 'not found', wasClean: false });
    assertMeans(thrown, [category, retryable, `websocket.${code}`]);
  });
}
