// The probe of a driver: what a call costs around an engine. The real one grows from this.

/** @typedef {{ lane: Float64Array, succeed: Function, begin: Function, resume: Function }} Engine */

const [WAIT, STOP, REJECT] = [1, 2, 3];

/**
 * Runs functions under an engine's policy. A call on a healthy day reads the lane twice and nothing else.
 * @param {Engine} engine native or WebAssembly: nothing here knows which
 */
export function driver(engine) {
  const { lane } = engine;

  /** @template T @param {() => Promise<T>} fn @returns {Promise<T>} */
  async function run(fn) {
    const ticket = lane[0];
    if (ticket === 0) return attempts(engine.begin(seed(), clock()), fn);
    let value;
    try {
      value = await fn();
    } catch (error) {
      return attempts(engine.resume(seed(), clock(), ticket), fn, { error });
    }
    if (lane[0] !== ticket) engine.succeed(ticket, clock());
    // On the same lane the engine only adds one: the reading of the clock is not looked at.
    else if (ticket & COUNTS) engine.succeed(ticket, 0);
    return value;
  }

  return run;
}

/** The slow path: every attempt is asked for. `failed` is what the attempt on the lane ended in. */
async function attempts(guarded, fn, failed) {
  try {
    if (failed) await recover(guarded, failed.error);
    for (;;) {
      const [action, , seconds] = guarded.admit(clock());
      if (action === REJECT) throw Object.assign(new Error('circuit open'), { retryAfter: seconds });
      if (action === STOP) throw failed.error; // the deadline has passed while it slept
      if (action === WAIT) {
        await sleep(seconds);
        continue;
      }
      let value;
      try {
        value = await fn();
      } catch (error) {
        failed = { error };
        await recover(guarded, error);
        continue;
      }
      guarded.succeed(clock());
      return value;
    }
  } finally {
    guarded.free?.(); // WebAssembly's memory; the native engine leaves it to the collector
  }
}

/** Waits before the next attempt, or throws the caller's own error. */
async function recover(guarded, error) {
  const [action, , seconds] = guarded.fail(JSON.stringify(faultOf(error)), clock());
  if (action !== WAIT) throw error;
  if (seconds > 0) await sleep(seconds);
}

const faultOf = (error) => ({ type: error?.constructor?.name, code: error?.code, message: String(error?.message) });
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const clock = () => performance.now() / 1000;
const seed = () => Math.random() * 2 ** 53;

/** Set in the word of a lane on which successes must be handed in. */
const COUNTS = 1;
