import { after, test } from 'node:test';
import Anthropic, { APIConnectionError } from '@anthropic-ai/sdk';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import OpenAI from 'openai';

import { assertMeans, thrownBy } from './meaning.mjs';
import { close, nobody, silent, web } from './servers.mjs';

after(close);

/** Calls that take the base URL of a server, and how long they may take. */
const ask = {
  openai: (baseURL, timeout = 5000, options = {}) =>
    new OpenAI({ apiKey: 'key', baseURL, timeout, maxRetries: 0 }).models.list(options),
  anthropic: (baseURL, timeout = 5000, options = {}) =>
    new Anthropic({ apiKey: 'key', baseURL, timeout, maxRetries: 0 }).models.list({}, options),
  aws: async (endpoint, timeout = 5000) => {
    const client = new SQSClient({
      region: 'eu-central-1',
      endpoint,
      maxAttempts: 1,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      requestHandler: { requestTimeout: timeout, throwOnRequestTimeout: true },
    });
    try {
      await client.send(new SendMessageCommand({ QueueUrl: `${endpoint}/queue`, MessageBody: 'body' }));
    } finally {
      client.destroy();
    }
  },
};

/** What a provider writes into its answers, by the status. */
const BODIES = {
  openai: (status) => {
    const code = { 400: 'context_length_exceeded', 401: 'invalid_api_key', 429: 'rate_limit_exceeded' }[status] ?? null;
    return { error: { message: 'as told', type: status < 500 ? 'invalid_request_error' : 'server_error', code } };
  },
  anthropic: (status) => {
    const types = {
      400: 'invalid_request_error',
      401: 'authentication_error',
      404: 'not_found_error',
      429: 'rate_limit_error',
      500: 'api_error',
      503: 'api_error',
      529: 'overloaded_error',
    };
    return { type: 'error', error: { type: types[status], message: 'as told' }, request_id: 'req_1' };
  },
  aws: (status) => {
    const types = {
      400: 'com.amazonaws.sqs#QueueDoesNotExist',
      401: 'InvalidClientTokenId',
      404: 'NoSuchThing',
      429: 'ThrottlingException',
      500: 'InternalFailure',
      503: 'ServiceUnavailable',
    };
    return { __type: types[status], message: 'as told' };
  },
};

const ANSWERS = {
  openai: {
    400: ['invalid_request', false, 'code.length_exceeded'],
    401: ['auth', false, 'code.api_key'],
    404: ['not_found', false, 'http.status.404'],
    429: ['rate_limit', true, 'code.rate_limit', 7],
    500: ['server', true, 'code.server'],
    503: ['server', true, 'code.server', 7],
  },
  anthropic: {
    400: ['invalid_request', false, 'http.status.400'],
    401: ['auth', false, 'code.authentication'],
    404: ['not_found', false, 'code.not_found'],
    429: ['rate_limit', true, 'code.rate_limit', 7],
    500: ['server', true, 'code.api'],
    529: ['server', true, 'code.overloaded'],
  },
  aws: {
    400: ['not_found', false, 'code.does_not_exist'],
    401: ['auth', false, 'code.invalid_client'],
    404: ['not_found', false, 'code.no_such'],
    429: ['rate_limit', true, 'code.throttling', 7],
    500: ['server', true, 'code.internal_failure'],
    503: ['server', true, 'code.service_unavailable', 7],
  },
};
for (const [name, answers] of Object.entries(ANSWERS)) {
  test(`${name}: an answer means what its code and its status say`, async () => {
    const port = await web(BODIES[name]);
    for (const [status, expected] of Object.entries(answers)) {
      assertMeans(await thrownBy(() => ask[name](`http://127.0.0.1:${port}/${status}`)), expected);
    }
  });
}

// mode: spent quota taken for a rate limit
test('openai: a 429 that means "no money left" will not pass, whatever the hint', async () => {
  const error = { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' };
  const port = await web(() => ({ error }));
  const thrown = await thrownBy(() => ask.openai(`http://127.0.0.1:${port}/429`));
  assertMeans(thrown, ['quota', false, 'code.insufficient_quota', 7]);
});

test('aws: throttling that comes with a 400 is throttling', async () => {
  const port = await web(() => ({ __type: 'com.amazonaws.sqs#RequestThrottled', message: 'as told' }));
  assertMeans(await thrownBy(() => ask.aws(`http://127.0.0.1:${port}/400`)), ['rate_limit', true, 'code.throttled']);
});

const UNREACHED = {
  openai: 'type.*connection*',
  anthropic: 'type.*connection*',
  aws: 'errno.ECONNREFUSED',
};
for (const [name, rule] of Object.entries(UNREACHED)) {
  test(`${name}: nobody listens`, async () => {
    const port = await nobody();
    assertMeans(await thrownBy(() => ask[name](`http://127.0.0.1:${port}`)), ['connection', true, rule]);
  });
}

const CUT = { openai: 'cause.errno.UND_ERR_SOCKET', anthropic: 'cause.errno.UND_ERR_SOCKET', aws: 'errno.ECONNRESET' };
for (const [name, rule] of Object.entries(CUT)) {
  test(`${name}: the answer ends in its middle`, async () => {
    const port = await web();
    assertMeans(await thrownBy(() => ask[name](`http://127.0.0.1:${port}/cut`)), ['connection', true, rule]);
  });
}

const SLOW = { openai: 'type.*timeout*', anthropic: 'type.*timeout*', aws: 'errno.ETIMEDOUT' };
for (const [name, rule] of Object.entries(SLOW)) {
  test(`${name}: no answer in time is a timeout`, async () => {
    const port = await silent();
    assertMeans(await thrownBy(() => ask[name](`http://127.0.0.1:${port}`, 100)), ['timeout', true, rule]);
  });
}

for (const name of ['openai', 'anthropic']) {
  test(`${name}: a call that its user gave up was cancelled`, async () => {
    const port = await silent();
    const thrown = await thrownBy(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      return ask[name](`http://127.0.0.1:${port}`, 5000, { signal: controller.signal });
    });
    assertMeans(thrown, ['cancelled', false, 'cancel.APIUserAbortError']);
  });
}

test('anthropic: a connection that broke for a certificate will break again', () => {
  const cause = Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
  const thrown = new APIConnectionError({ cause });
  assertMeans(thrown, ['connection', false, 'words.certificate has expired']);
});
