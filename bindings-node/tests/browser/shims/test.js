// As much of node:test as the vectors need: counts what ran, and keeps what failed.
export const results = { passed: 0, failed: [] };
let last = Promise.resolve();

export function test(name, body) {
  last = last.then(() => one(name, body));
  return last;
}

export const finished = () => last;

async function one(name, body) {
  try {
    await body({ test: (inner, act) => one(`${name}: ${inner}`, act) });
    results.passed += 1;
  } catch (error) {
    results.failed.push(`${name}: ${error.message}`);
  }
}
