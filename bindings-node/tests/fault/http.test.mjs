import { after, test } from 'node:test';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import nodeFetch from 'node-fetch';
import superagent from 'superagent';
import * as undici from 'undici';

import { assertMeans, thrownBy } from './meaning.mjs';
import { close, nobody, web } from './servers.mjs';

after(close);

const [port, dead] = await Promise.all([web(), nobody()]);
const at = (path) => `http://127.0.0.1:${port}/${path}`;

/** An answer that is no success is thrown as it is, as users do. */
async function body(response) {
  const text = await response.text();
  if (!response.ok) throw response;
  return text;
}

const limit = (milliseconds) => (milliseconds ? AbortSignal.timeout(milliseconds) : undefined);

/** Each client: a GET, and how long it may take. */
const clients = {
  fetch: (url, milliseconds) => fetch(url, { signal: limit(milliseconds) }).then(body),
  undici: async (url, milliseconds) => {
    const agent = new undici.Agent().compose(undici.interceptors.responseError());
    const answer = await undici.request(url, { dispatcher: agent, headersTimeout: milliseconds });
    return answer.body.text();
  },
  'undici.fetch': (url, milliseconds) => undici.fetch(url, { signal: limit(milliseconds) }).then(body),
  axios: (url, timeout) => axios.get(url, { timeout }),
  'axios over fetch': (url, timeout) => axios.get(url, { timeout, adapter: 'fetch' }),
  got: (url, milliseconds) => got(url, { retry: { limit: 0 }, timeout: { request: milliseconds } }).json(),
  ky: (url, milliseconds) => ky(url, { retry: 0, timeout: milliseconds ?? false }).json(),
  'node-fetch': (url, milliseconds) => nodeFetch(url, { signal: limit(milliseconds) }).then(body),
  superagent: (url, milliseconds) => superagent.get(url).timeout(milliseconds ? { response: milliseconds } : {}),
};

const STATUSES = {
  400: ['invalid_request', false],
  401: ['auth', false],
  403: ['auth', false],
  404: ['not_found', false],
  408: ['timeout', true],
  409: ['conflict', false],
  422: ['invalid_request', false],
  429: ['rate_limit', true],
  500: ['server', true],
  501: ['server', false],
  503: ['server', true],
  504: ['timeout', true],
};

for (const [name, call] of Object.entries(clients)) {
  test(`${name}: a status means what HTTP says, and the server's hint is heard`, async () => {
    for (const [status, [category, retryable]] of Object.entries(STATUSES)) {
      const hint = status === '429' || status === '503' ? 7 : null;
      assertMeans(await thrownBy(() => call(at(status))), [category, retryable, `http.status.${status}`, hint]);
    }
  });
}

const refused = 'errno.ECONNREFUSED';
const reset = 'errno.ECONNRESET';
const cut = 'errno.UND_ERR_SOCKET';
const garbage = 'errno.HPE_INVALID_CONSTANT';
const noName = 'errno.ENOTFOUND';
const noUrl = 'errno.ERR_INVALID_URL';
const plain = 'errno.ERR_SSL_WRONG_VERSION_NUMBER';
const because = (rule) => `cause.${rule}`;

/** The rules that decide, for each client in the order of `OUTCOMES`; only they differ. */
const RULES = {
  fetch: [refused, noName, reset, cut, garbage, plain, noUrl].map(because),
  undici: [refused, noName, reset, cut, 'type.HTTPParserError', plain, noUrl],
  'undici.fetch': [refused, noName, reset, cut, garbage, plain, noUrl].map(because),
  axios: [refused, noName, reset, 'words.stream has been aborted', garbage, 'errno.EPROTO', noUrl],
  got: [refused, noName, reset, reset, garbage, 'errno.EPROTO', noUrl],
  ky: [refused, noName, reset, cut, garbage, plain, noUrl].map(because),
  'node-fetch': [refused, noName, reset, reset, garbage, 'errno.EPROTO', noUrl],
  superagent: [refused, noName, reset, reset, garbage, 'errno.EPROTO', noUrl],
};
const OUTCOMES = [
  ['nobody listens', `http://127.0.0.1:${dead}/`, ['connection', true]],
  ['there is no such name', 'http://name.invalid/', ['connection', true]],
  ['the connection is reset', at('reset'), ['connection', true]],
  ['the answer ends in its middle', at('cut'), ['connection', true]],
  ['what answers speaks no HTTP', at('garbage'), ['connection', false]],
  ['what answers speaks no TLS', `https://127.0.0.1:${port}/`, ['connection', false]],
  ['the address is none', 'http://exa mple:x/', ['invalid_request', false]],
];
for (const [name, rules] of Object.entries(RULES)) {
  for (const [index, [what, url, [category, retryable]]] of OUTCOMES.entries()) {
    test(`${name}: ${what}`, async () => {
      assertMeans(await thrownBy(() => clients[name](url)), [category, retryable, rules[index]]);
    });
  }
}

test('axios over fetch: one code for every broken transport, and the cause tells them apart', async () => {
  const call = clients['axios over fetch'];
  const nobodyListens = await thrownBy(() => call(`http://127.0.0.1:${dead}/`));
  assertMeans(nobodyListens, ['connection', true, 'errno.ERR_NETWORK']);
  assertMeans(await thrownBy(() => call(`https://127.0.0.1:${port}/`)), [
    'connection',
    false,
    'words.wrong version number',
  ]);
});

const SLOW = {
  fetch: 'type.TimeoutError',
  undici: 'errno.UND_ERR_HEADERS_TIMEOUT',
  'undici.fetch': 'type.TimeoutError',
  axios: 'errno.ECONNABORTED',
  'axios over fetch': 'errno.ETIMEDOUT',
  got: 'errno.ETIMEDOUT',
  ky: 'type.TimeoutError',
  superagent: 'errno.ECONNABORTED',
};
for (const [name, rule] of Object.entries(SLOW)) {
  test(`${name}: no answer in time is a timeout`, async () => {
    assertMeans(await thrownBy(() => clients[name](at('slow'), 100)), ['timeout', true, rule]);
  });
}

/** Each client with a signal that its caller aborts. */
const aborted = {
  fetch: (signal) => fetch(at('slow'), { signal }),
  undici: (signal) => undici.request(at('slow'), { signal }),
  axios: (signal) => axios.get(at('slow'), { signal }),
  got: (signal) => got(at('slow'), { signal, retry: { limit: 0 } }),
  ky: (signal) => ky(at('slow'), { signal, retry: 0 }),
  'node-fetch': (signal) => nodeFetch(at('slow'), { signal }),
};
for (const [name, call] of Object.entries(aborted)) {
  test(`${name}: an abort is a wish, and no failure`, async () => {
    const thrown = await thrownBy(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      return call(controller.signal);
    });
    const rule = name === 'axios' ? 'cancel.CanceledError' : 'cancel.AbortError';
    assertMeans(thrown, ['cancelled', false, rule]);
  });
}

test('both addresses of a host refuse: a group of errors that all pass', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const lookup = (_host, _options, done) => done(null, addresses);
  const dispatcher = new undici.Agent({ connect: { lookup, autoSelectFamily: true } });
  const thrown = await thrownBy(() => undici.fetch(`http://two.invalid:${dead}/`, { dispatcher }));
  assertMeans(thrown, ['connection', true, 'cause.errno.ECONNREFUSED']);
});

test('axios: an answer that is too long is too long the next time', async () => {
  const thrown = await thrownBy(() => axios.get(at('200'), { maxContentLength: 1 }));
  assertMeans(thrown, ['invalid_request', false, 'words.max content length size']);
});
