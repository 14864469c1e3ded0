// The package in Chromium: a page, a worker and a service worker, with a server that fails.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { launch } from './chromium.mjs';
import { closedPort, FOLDERS, serveFiles, serveFlaky } from './server.mjs';

let browser;
let files;
let flaky;
let page;

before(async () => {
  files = await serveFiles(FOLDERS);
  flaky = await serveFlaky();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  files?.close();
  flaky?.close();
});
beforeEach(async () => {
  await page?.close();
  page = await browser.context.newPage();
  await page.goto(`${files.origin}/pages/blank.html`);
  files.asked.length = 0;
});

const fails = (key, query = '') => `${flaky.origin}/fails/${key}?${query}`;
const callsOf = async (key) => (await fetch(`${flaky.origin}/calls/${key}`)).json();

test('the module loads as it is, and the engine with the first policy', async () => {
  const answer = await page.evaluate(async () => {
    const { Policy } = await import('/dist/web.js');
    const before = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;
    let failures = 2;
    const policy = Policy.from({ retry: { initial_delay: 0 }, circuit_breaker: {} });
    const fn = async () => {
      if (failures-- > 0) throw new TypeError('Failed to fetch');
      return 'answer';
    };
    return [before, await policy.run(fn), policy.circuitBreaker.state];
  });
  assert.deepEqual(answer, [0, 'answer', 'closed']);
  assert.deepEqual(files.asked, ['/dist/web.js', '/dist/failsoft.wasm']);
});

test('the small entry loads as it is, with an engine of its own, and guards fetch', async () => {
  const answer = await page.evaluate(
    async ([url, missing]) => {
      const { Policy, reportOf, wrapFetch } = await import('/dist/small.js');
      const policy = Policy.from({ retry: { initial_delay: '1ms' }, circuit_breaker: {} });
      const ask = wrapFetch(fetch, policy);
      const response = await ask(url);
      const refused = await Promise.try(() => Policy.from({ bulkhead: {} })).catch(({ message }) => message);
      return [
        response.status,
        reportOf(response).attemptCount,
        (await ask(missing)).status,
        policy.circuitBreaker.state,
        refused,
      ];
    },
    [fails('small', 'times=1'), fails('small-missing', 'times=9&status=404')],
  );
  const refused = 'bulkhead: not carried out by failsoft/small (import failsoft instead)';
  assert.deepEqual(answer, [200, 2, 404, 'closed', refused]);
  assert.deepEqual(files.asked, ['/dist/small.js', '/dist/small.wasm']);
});

test('an engine that the page asks for early is there when the first policy needs it, and asked for once', async () => {
  await page.goto(`${files.origin}/pages/preload.html`, { waitUntil: 'networkidle' });
  assert.deepEqual(files.asked, ['/pages/preload.html', '/dist/small.wasm']);
  const answer = await page.evaluate(async () => {
    const { Policy } = await import('/dist/small.js');
    return Policy.from({ retry: {} }).run(() => 'answer');
  });
  assert.equal(answer, 'answer');
  assert.deepEqual(files.asked, ['/pages/preload.html', '/dist/small.wasm', '/dist/small.js']);
});

test('a failing server is asked again, and the last answer is returned', async () => {
  const outcomes = await page.evaluate(
    async (urls) => {
      const { reportOf, wrapFetch } = await import('/dist/web.js');
      const ask = wrapFetch(fetch, { retry: { max_attempts: 3, initial_delay: '1ms', budget: false } });
      const outcome = async (url, init) => {
        const response = await ask(url, init);
        return [
          response.status,
          await response.text().then((text) => text.slice(0, 4)),
          reportOf(response)?.attemptCount ?? null,
        ];
      };
      return [
        await outcome(urls.recovers),
        await outcome(urls.fails),
        // Chromium itself asks again, once, where a connection that was kept open breaks: how often is its own affair.
        (await outcome(urls.resets, { method: 'PUT', body: new Blob(['x']) }))[0],
        await outcome(urls.missing),
        await outcome(urls.posted, { method: 'POST', body: 'x' }),
        await outcome(urls.keyed, { method: 'POST', body: 'x', headers: { 'Idempotency-Key': 'a1' } }),
        await outcome(new Request(urls.request)),
      ];
    },
    {
      recovers: fails('recovers', 'times=2'),
      fails: fails('fails', 'times=9&status=502'),
      resets: fails('resets', 'times=2&status=reset'),
      missing: fails('missing', 'times=9&status=404'),
      posted: fails('posted', 'times=9'),
      keyed: fails('keyed', 'times=1&status=500'),
      request: fails('request', 'times=1'),
    },
  );
  assert.deepEqual(outcomes, [
    [200, '{"ke', 3],
    [502, 'busy', 3],
    200,
    [404, 'busy', 1],
    [503, 'busy', 1],
    [200, '{"ke', 2],
    [200, '{"ke', 2],
  ]);
  assert.deepEqual(await callsOf('keyed'), [
    ['POST', 'a1'],
    ['POST', 'a1'],
  ]);
});

test('a Retry-After is waited for, and an abort ends the wait', async () => {
  const [waited, reason, calls] = await page.evaluate(
    async ([soon, later]) => {
      const { reportOf, wrapFetch } = await import('/dist/web.js');
      const ask = wrapFetch(fetch, { retry: { initial_delay: '1ms', budget: false } });
      const { attempts } = reportOf(await ask(soon));
      const caller = new AbortController();
      const call = ask(later, { signal: caller.signal });
      setTimeout(() => caller.abort('enough'), 300);
      const reason = await call.catch((reason) => reason);
      return [attempts[1].waited, reason, 0];
    },
    [fails('soon', 'times=1&after=1'), fails('later', 'times=9&after=20')],
  );
  assert.deepEqual([waited, reason, calls], [1, 'enough', 0]);
  assert.equal((await callsOf('later')).length, 1);
});

test("Chromium's own errors are known for what they are", async () => {
  const port = await closedPort();
  const verdicts = await page.evaluate(
    async ({ refused, reset, closed, hangs, good, mixed }) => {
      const { classify, ready } = await import('/dist/web.js');
      await ready();
      const verdict = async (request) => {
        const error = await request().then(
          () => null,
          (error) => error,
        );
        const { category, retryable } = classify(error);
        return [error?.name ?? error, category, retryable];
      };
      const aborted = () => {
        const caller = new AbortController();
        setTimeout(() => caller.abort());
        return fetch(hangs, { signal: caller.signal });
      };
      return {
        refused: await verdict(() => fetch(refused)),
        reset: await verdict(() => fetch(reset)),
        'not allowed by CORS': await verdict(() => fetch(closed)),
        aborted: await verdict(aborted),
        'too slow': await verdict(() => fetch(hangs, { signal: AbortSignal.timeout(50) })),
        'no such host': await verdict(() => fetch('http://nowhere.invalid/')),
        'no URL': await verdict(() => fetch('http://')),
        'not JSON': await verdict(async () => (await fetch(mixed)).json()),
        'a bug': await verdict(async () => (await fetch(good)).nothing()),
      };
    },
    {
      refused: `http://127.0.0.1:${port}/`,
      reset: fails('reset', 'times=9&status=reset'),
      closed: fails('closed', 'closed'),
      hangs: fails('hangs', 'times=9&status=hang'),
      good: fails('good'),
      mixed: fails('mixed', 'times=9&status=500'),
    },
  );
  const connection = ['TypeError', 'connection', true];
  assert.deepEqual(verdicts, {
    refused: connection,
    reset: connection,
    // A page is not told why, so that it can't look behind the wall; what it was is in the console only.
    'not allowed by CORS': connection,
    aborted: ['AbortError', 'cancelled', false],
    'too slow': ['TimeoutError', 'timeout', true],
    'no such host': connection,
    'no URL': ['TypeError', 'invalid_request', false],
    'not JSON': ['SyntaxError', 'invalid_request', false],
    'a bug': ['TypeError', 'invalid_request', false],
  });
});

test('what a page started offline is done when it is online again', async () => {
  // The engine is fetched before the tunnel.
  await page.evaluate(async () => (await import('/dist/web.js')).ready());
  await browser.context.setOffline(true);
  try {
    const call = page.evaluate(async (url) => {
      const { reportOf, wrapFetch } = await import('/dist/web.js');
      const events = [];
      globalThis.events = events;
      const onEvent = ({ type, category }) => events.push([type, category ?? null]);
      const retry = { max_attempts: 1000, strategy: 'constant', initial_delay: '50ms', jitter: 'none', budget: false };
      const response = await wrapFetch(fetch, { retry }, { onEvent })(url);
      return [response.status, reportOf(response).attempts.at(-1).verdict, events[0], events.at(-1)];
    }, fails('tunnel'));
    await page.waitForFunction(() => globalThis.events?.length >= 3);
    assert.deepEqual(await callsOf('tunnel'), []);
    await browser.context.setOffline(false);
    assert.deepEqual(await call, [200, null, ['retry', 'connection'], ['recovered', null]]);
    assert.equal((await callsOf('tunnel')).length, 1);
  } finally {
    await browser.context.setOffline(false);
  }
});

test('a dedicated worker has a policy of its own', async () => {
  const answer = await page.evaluate(
    (url) => {
      const worker = new Worker('/pages/worker.js', { type: 'module' });
      worker.postMessage(url);
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
    },
    fails('worker', 'times=2'),
  );
  assert.deepEqual(answer, { status: 200, key: 'worker', body: '', calls: 3 });
});

test('a service worker retries for a page that knows nothing of it', async () => {
  // Pages of the backend's own origin are the service worker's: it stands before the backend.
  const before = await fetch(fails('unknown'));
  assert.equal(before.status, 200);
  const outcome = await page.evaluate(
    async (url) => {
      await navigator.serviceWorker.register('/pages/service-worker.js', { type: 'module', scope: '/' });
      await navigator.serviceWorker.ready;
      if (!navigator.serviceWorker.controller) {
        await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
      }
      const response = await fetch(url);
      const posted = await fetch(url.replace('guarded', 'posted-there'), { method: 'POST', body: 'x' });
      return [response.status, (await response.json()).calls, posted.status];
    },
    fails('guarded', 'times=2'),
  );
  assert.deepEqual(outcome, [200, 3, 503]);
  assert.equal((await callsOf('posted-there')).length, 1);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).unregister());
});

test('the build with the engine inside needs nothing else, under a strict content policy too', async () => {
  await page.goto(`${files.origin}/pages/strict.html`);
  await page.waitForFunction(() => document.title === 'closed');
  assert.deepEqual(
    files.asked.filter((path) => path.endsWith('.wasm')),
    [],
  );
});

test('a page whose engine does not arrive says so, and gets it with the next call', async () => {
  await page.route('**/failsoft.wasm', (route) => route.abort(), { times: 2 });
  const [first, second] = await page.evaluate(async () => {
    const { Policy } = await import('/dist/web.js');
    const policy = Policy.from({});
    const first = await policy.run(() => 'answer').catch(({ name, message }) => `${name}: ${message}`);
    for (;;) {
      const second = await policy.run(() => 'answer').catch(() => null);
      if (second !== null) return [first, second];
    }
  });
  assert.deepEqual([first, second], ['FailsoftError: the engine could not be loaded', 'answer']);
});

// mode: timers of a hidden page come late
test('a lid that is closed for hours over a wait and over an open breaker', async () => {
  await page.clock.install();
  const opened = await page.evaluate(
    async (url) => {
      const { CircuitBreaker, ready, wrapFetch } = await import('/dist/web.js');
      await ready();
      const retry = { initial_delay: 60, jitter: 'none', max_delay: 600 };
      globalThis.call = wrapFetch(fetch, { retry })(url);
      globalThis.late = wrapFetch(fetch, { retry: { ...retry, deadline: '10m' } })(`${url}&late`);
      globalThis.breaker = new CircuitBreaker({ failure_threshold: 1, recovery_timeout: '1h' });
      await globalThis.breaker.run(() => Promise.reject(new TypeError('Failed to fetch'))).catch(() => {});
      return globalThis.breaker.state;
    },
    fails('lid', 'times=2'),
  );
  assert.equal(opened, 'open');
  // Both wait for their second attempt.
  while ((await page.evaluate(() => globalThis.retries)) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await page.clock.fastForward('03:00:00');
  const after = await page.evaluate(async () => {
    const { reportOf } = await import('/dist/web.js');
    const response = await globalThis.call;
    const late = await globalThis.late;
    const report = reportOf(late);
    return [response.status, late.status, report.attemptCount, report.stopReason, globalThis.breaker.state];
  });
  assert.deepEqual(after, [200, 503, 1, 'deadline', 'half_open']);
});
