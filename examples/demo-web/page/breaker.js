// The breaker's state, as it is now.

/** Marks the present state, and says what is known of its end. */
export function showBreaker(policy, states, note) {
  const breaker = policy?.circuitBreaker;
  const state = breaker?.state;
  for (const item of states.children) {
    const isCurrent = item.dataset.state === state;
    if (item.hasAttribute('aria-current') !== isCurrent) item.toggleAttribute('aria-current', isCurrent);
  }
  const text = breaker ? noteOf(breaker, state) : 'the policy has none';
  if (note.textContent !== text) note.textContent = text;
}

function noteOf(breaker, state) {
  if (state === 'open') return `lets the first probe through in ${Math.ceil(breaker.retryAfter)} s`;
  if (state === 'half_open') return 'the next calls are probes: they decide';
  return `${breaker.failureCount} ${breaker.failureCount === 1 ? 'failure' : 'failures'} in a row`;
}
