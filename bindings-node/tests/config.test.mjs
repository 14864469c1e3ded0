// Documents that make no sense, and what JavaScript can say and JSON can't.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { inFull } from './engine.mjs';
import { failsoft } from './support.mjs';

const { ConfigError, FailsoftError, Policy, withRetry } = failsoft;

function problemsOf(document) {
  try {
    Policy.from(document);
  } catch (error) {
    assert.ok(error instanceof ConfigError && error instanceof FailsoftError);
    return error.problems.map(({ code, path }) => `${path}: ${code}`);
  }
  return [];
}

test('everything that is wrong is said at once', () => {
  const wrong = { retry: { jitter: 'ful', max_delay: -1, on_retry: () => {} }, tiemout: 1 };
  assert.deepEqual(problemsOf(wrong), [
    'retry.on_retry: wrong_type',
    'retry.max_delay: out_of_range',
    'retry.jitter: unknown_value',
    'tiemout: unknown_key',
  ]);
  assert.throws(() => withRetry(() => {}, { max_attempts: 0 }), { name: 'ConfigError', code: 'ConfigError' });
});

test('the message has a line for each problem', () => {
  assert.throws(() => Policy.from({ retry: { max_attempts: 0 } }), {
    message: /^retry\.max_attempts: 0 is out of range \(expected a whole number from 1 to \d+\)$/,
  });
});

// mode: arithmetic of durations panics
test('numbers that JSON has no word for are out of range, not absent', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.equal(problemsOf({ retry: { initial_delay: number } }).length, 1, String(number));
  }
  assert.deepEqual(problemsOf({ retry: { max_attempts: 3n } }), []);
});

test('what means nothing in a document is named', () => {
  const ring = {};
  ring.retry = ring;
  const deep = { retry: {} };
  let inside = deep.retry;
  for (let level = 0; level < 200; level += 1) inside = inside.x = {};
  assert.deepEqual(problemsOf(ring), ['retry: contradiction']);
  assert.ok(problemsOf(deep).some((problem) => problem.endsWith('out_of_range')));
  assert.deepEqual(problemsOf({ retry: new Map() }), ['retry: wrong_type']);
  assert.deepEqual(problemsOf({ retry: { deadline: new Date() } }), ['retry.deadline: wrong_type']);
  assert.deepEqual(problemsOf({ retry: { deadline: Symbol('s') } }), ['retry.deadline: wrong_type']);
});

inFull('a document may be a text, of another realm, frozen, or without a prototype', () => {
  const made = (document) => Policy.from(document).explain().attempts.length;
  const bare = Object.assign(Object.create(null), { retry: { max_attempts: 3 } });
  assert.deepEqual(
    [
      made('{"retry": {"max_attempts": 3}}'),
      made(runInNewContext('({retry: {max_attempts: 3}})')),
      made(Object.freeze({ retry: Object.freeze({ max_attempts: 3 }) })),
      made(bare),
      made({ retry: { max_attempts: 3, deadline: undefined, delays: null } }),
    ],
    [3, 3, 3, 3, 3],
  );
  assert.deepEqual(problemsOf('{"retry": '), [': syntax']);
  assert.deepEqual(problemsOf(null), [': wrong_type']);
  assert.deepEqual(problemsOf([]), [': wrong_type']);
  assert.deepEqual(problemsOf(undefined), [': wrong_type']);
});

test('a part may stand in two places', () => {
  const rule = { match: { status: 418 }, then: 'transient' };
  assert.deepEqual(problemsOf({ classify: { rules: [rule, rule] } }), []);
});

inFull('a later change of the document changes nothing', () => {
  const document = { retry: { max_attempts: 3 } };
  const policy = Policy.from(document);
  document.retry.max_attempts = 0;
  assert.equal(policy.explain().attempts.length, 3);
});

inFull('a policy says what it does', () => {
  const explanation = Policy.from({ name: 'llm', retry: { max_attempts: 2, jitter: 'none' } }).explain();
  assert.deepEqual(explanation.attempts, [
    { number: 1, shortestWait: 0, longestWait: 0, limit: null },
    { number: 2, shortestWait: 1, longestWait: 1, limit: null },
  ]);
  assert.deepEqual([explanation.worstCase, explanation.amplification], [null, 2]);
  const lines = String(explanation).split('\n');
  assert.equal(lines.length, explanation.sentences.length + explanation.warnings.length);
  assert.match(lines.at(-1), /^warning: retry\.jitter: /);
});
