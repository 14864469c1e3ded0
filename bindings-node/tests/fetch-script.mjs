// A fetch that plays a script, under a policy.
import { FakeTime, failsoft } from './support.mjs';

const { wrapFetch } = failsoft;
export const URL_ = 'https://api.example.com/';
export const RETRY = { max_attempts: 3, initial_delay: 1, exponential_base: 2, jitter: 'none' };

/** As undici throws it when a connection broke after the request had been sent, and when there was none. */
export const broken = () => Object.assign(new TypeError('fetch failed'), { cause: error('ECONNRESET') });
export const refused = () => Object.assign(new TypeError('fetch failed'), { cause: error('ECONNREFUSED', 'connect') });
const error = (code, syscall = 'read') => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

/** An answer that remembers whether its body was let go. */
export function answer(status, headers = {}) {
  const cancel = () => {
    response.cancelled = true;
  };
  const body = new ReadableStream({ pull: (end) => end.enqueue(new Uint8Array([111, 107])), cancel });
  const response = Object.assign(new Response(body, { status, headers }), { cancelled: false });
  return response;
}

/** A wrapped fetch that plays a script (the last line repeats), and what was asked of the inner one. */
export function scene(lines, document = { retry: RETRY }, options = {}) {
  const time = new FakeTime({ flows: options.flows ?? true });
  const asked = [];
  const inner = async (input, init) => {
    asked.push([input, init]);
    const line = lines[Math.min(asked.length, lines.length) - 1];
    if (typeof line === 'function') return line(input, init);
    if (line instanceof Error) throw line;
    return line;
  };
  return { time, asked, inner, fetch: wrapFetch(inner, document, { clock: time.clock, ...options }) };
}
