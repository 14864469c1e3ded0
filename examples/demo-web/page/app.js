// Asks a server that fails for a price, and shows what becomes of it.

import { showBreaker } from './breaker.js';
import { Call, said } from './calls.js';
import { edit } from './editor.js';
import { CircuitBreakerOpenError, Policy, reportOf, wrapFetch } from './failsoft/web.js';

const $ = (id) => document.getElementById(id);

/** Whose attempt an error or an answer belongs to: what the policy tells us is about one of these. */
const owners = new WeakMap();
const calls = new Map();
let policy;
let ask;
/** The last price that the server told; what a visitor is shown when it does not answer. */
let known = null;

/** The page's own fetch, which marks each attempt on the call that it is made for. */
async function watched(input, init) {
  const call = calls.get(init.headers['x-call']);
  const ended = call.sends();
  count('sent');
  // An attempt that is cut off has the policy's error, which is known here before the policy says what follows.
  init.signal?.addEventListener('abort', () => owners.set(init.signal.reason, call));
  try {
    const answer = await fetch(input, init);
    ended(String(answer.status), answer.ok);
    owners.set(answer, call);
    return answer;
  } catch (error) {
    ended(init.signal?.aborted ? 'too slow' : 'no answer', false);
    owners.set(error, call);
    throw error;
  }
}

function listen({ type, wait, error }) {
  if (type === 'retry') owners.get(error)?.waits(wait);
}

edit($('document'), $('problems'), $('explanation'), (text) => {
  const made = Policy.from(text, { onEvent: listen });
  [policy, ask] = [made, wrapFetch(watched, made)];
  return made;
});

/** What the program is about; everything else here shows how it goes. */
async function price(call) {
  const headers = { 'x-call': call.number };
  try {
    const answer = await ask('/api/price', { method: $('method').value, headers });
    if (!answer.ok) return memory(`the server answers ${answer.status}`);
    const again = (reportOf(answer)?.attemptCount ?? 1) > 1;
    known = (await answer.json()).euros;
    return { euros: known, by: 'server', note: again ? 'answered after a retry' : 'answered', again };
  } catch (error) {
    return memory(error instanceof CircuitBreakerOpenError ? 'turned away by the breaker' : 'no answer');
  }
}

const memory = (note) => ({ euros: known, by: 'memory', note, again: false });

async function makeCall() {
  if (ask === undefined) return;
  const call = new Call($('calls'));
  calls.set(call.number, call);
  const { euros, by, note, again } = await price(call);
  calls.delete(call.number);
  call.ends(by === 'memory' && known !== null ? `${note}: last price` : note, by);
  $('price').value = euros === null ? '–' : `${euros.toFixed(2)} €`;
  $('served').textContent = by === 'server' ? 'fresh from the server' : `${note}; the last price known`;
  $('served').dataset.by = by;
  count(by === 'server' ? 'answered' : 'stale');
  if (again) count('recovered');
  if (!isSteady()) said($('said'), `call ${call.number}: ${note}`);
}

function count(id) {
  $(id).textContent = Number($(id).textContent) + 1;
}

const isSteady = () => $('steadily').getAttribute('aria-pressed') === 'true';

async function setMood(mood) {
  await fetch(`/mood/${mood}`, { method: 'POST' });
  document.querySelector(`[name=mood][value=${mood}]`).checked = true;
}

let timer;
$('once').addEventListener('click', makeCall);
$('steadily').addEventListener('click', () => {
  const steady = !isSteady();
  $('steadily').setAttribute('aria-pressed', String(steady));
  clearInterval(timer);
  if (steady) timer = setInterval(makeCall, 1000, makeCall());
});
$('break').addEventListener('click', () => setMood('fails'));
$('repair').addEventListener('click', () => setMood('works'));
$('moods').addEventListener('change', ({ target }) => setMood(target.value));
setInterval(() => showBreaker(policy, $('states'), $('breaker-note')), 100);

await setMood('works');
await fetch('./policy.json')
  .then((answer) => answer.text())
  .then((text) => {
    $('document').value = text.trimEnd();
    $('document').dispatchEvent(new Event('input'));
  });
