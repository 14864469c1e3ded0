// How a call is timed: rounds of about 1 ms, each beside a round of the bare call, cases in turn within a round, so that a
// quiet moment of the machine is everybody's.
const ROUND_MS = 1;
const AsyncFunction = (async () => {}).constructor;

/** What the command line says: `[rounds] [--json] [--only words]`. */
const words = process.argv.slice(2);
export const options = {
  rounds: Number(words.find((word) => /^\d+$/.test(word)) ?? 150),
  json: words.includes('--json'),
  only: words.includes('--only') ? words[words.indexOf('--only') + 1] : '',
};

/**
 * @param {() => Promise<unknown>} bare
 * @param {Record<string, () => Promise<unknown>>} cases
 * @returns nanoseconds: the bare call's own, and what each case costs over it, least and median
 */
export async function measure(bare, cases) {
  const row = (call) => ({ call, loop: loopOf(), count: 0, times: [] });
  const reference = row(bare);
  const chosen = Object.entries(cases).filter(([name]) => name.includes(options.only));
  const all = chosen.map(([name, call]) => ({ name, ...row(call) }));
  for (const each of [reference, ...all]) each.count = await calibrate(each.loop, each.call);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const each of all) {
      for (const { loop, call, count, times } of [reference, each]) times.push(await time(loop, call, count));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const over = (which, times) => which(times) - which(reference.times);
  const results = all.map(({ name, times }) => [name, { min: over(least, times), median: over(median, times) }]);
  const own = { min: least(reference.times), median: median(reference.times) };
  return { bare: own, results: Object.fromEntries(results) };
}

/** Prints what was measured as a table. */
export function print(title, { bare, results }) {
  if (Object.keys(results).length === 0) return; // nothing of it was chosen
  console.log(`\n${title}; the bare call takes ${bare.min.toFixed(0)} ns, median ${bare.median.toFixed(0)}\n`);
  console.log('| | least | median |\n|---|---:|---:|');
  for (const [name, { min, median: middle }] of Object.entries(results)) {
    console.log(`| ${name} | ${min.toFixed(0)} | ${middle.toFixed(0)} |`);
  }
}

/** A loop of its own for each case, so that its call site stays monomorphic. */
function loopOf() {
  return AsyncFunction('call', 'count', 'for (let index = 0; index < count; index += 1) await call();');
}

async function time(loop, call, count) {
  const started = process.hrtime.bigint();
  await loop(call, count);
  return Number(process.hrtime.bigint() - started) / count;
}

/** Warms up, and finds how many calls fill a round. */
async function calibrate(loop, call) {
  let count = 500;
  for (let warm = 0; warm < 8; warm += 1) {
    const each = await time(loop, call, count);
    count = Math.max(3, Math.round((ROUND_MS * 1e6) / each));
  }
  return count;
}

const least = (numbers) => Math.min(...numbers);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
