// `failsoft/small`: which sections it carries out, and how it refuses the others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LEFT_OUT } from './left-out.mjs';
import { FakeTime, rejection, reset, script } from './support.mjs';

const full = await import('../dist/node.js');
const small = await import('../dist/small-inline.js');
const schema = JSON.parse(readFileSync(new URL('../../core/policy.schema.json', import.meta.url), 'utf8'));

const CARRIED = {
  name: 'prices',
  retry: { budget: { capacity: 10 } },
  timeout: { attempt: '1s' },
  circuit_breaker: {},
  classify: {},
  error_handling: {},
};

function problemsOf(failsoft, document) {
  try {
    failsoft.Policy.from(document);
  } catch (error) {
    assert.ok(error instanceof failsoft.ConfigError);
    return error.problems;
  }
  return [];
}

test('every section is carried out or refused by its name', () => {
  const known = Object.keys({ ...CARRIED, ...LEFT_OUT });
  assert.deepEqual(Object.keys(schema.properties).sort(), known.sort());
  for (const [section, said] of Object.entries(CARRIED)) assert.deepEqual(problemsOf(small, { [section]: said }), []);
  for (const [path, message] of Object.entries(LEFT_OUT)) {
    assert.deepEqual(problemsOf(small, { [path]: {} }), [{ code: 'contradiction', path, message }]);
    assert.deepEqual(problemsOf(small, { [path]: null }), [], 'null is absent');
  }
});

test('what it refuses stands among everything else that is wrong', () => {
  const document = { retry: { jitter: 'ful' }, bulkhead: { max_concurrent: 1 }, bulkhaed: {} };
  assert.deepEqual(
    problemsOf(small, document).map(({ path }) => path),
    ['retry.jitter', 'bulkhead', 'bulkhaed'],
  );
});

test('of a name that nobody knows both say the same', () => {
  assert.deepEqual(problemsOf(small, { bulkhaed: {} }), problemsOf(full, { bulkhaed: {} }));
});

test('steps are refused with their section', async () => {
  const document = { fallback: [{ name: 'cache' }] };
  assert.throws(() => small.Policy.from(document), {
    name: 'ConfigError',
    message: 'fallback: not carried out by failsoft/small (import failsoft instead)',
  });
});

test('what its classes cannot do says where it can be had', () => {
  const policy = small.Policy.from({ circuit_breaker: {} });
  const refused = (name) => ({
    name: 'FailsoftError',
    message: `${name} is not carried out by failsoft/small: import failsoft instead`,
  });
  assert.throws(() => policy.explain(), refused('explain'));
  assert.throws(() => policy.circuitBreaker.snapshot(), refused('snapshot'));
  assert.throws(() => policy.circuitBreaker.restore({}), refused('restore'));
});

test('it retries, trips and reports as the whole engine does', async () => {
  const document = {
    retry: { max_attempts: 3, initial_delay: '1ms', max_delay: '9ms' },
    circuit_breaker: { failure_threshold: 4 },
  };
  const told = [];
  for (const { Policy, reportOf } of [small, full]) {
    const events = [];
    const onEvent = ({ type, message }) => events.push([type, message]);
    const policy = Policy.from(document, { seed: 7, clock: new FakeTime().clock, onEvent });
    const errors = [];
    for (let call = 0; call < 3; call += 1) errors.push(await rejection(policy.run(script(reset()))));
    const reports = errors.map((error) => reportOf(error));
    told.push({ errors: errors.map(String), reports, events, state: policy.circuitBreaker.state });
  }
  assert.equal(told[0].state, 'open');
  assert.deepEqual(told[0], told[1]);
});
