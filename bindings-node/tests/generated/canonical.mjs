// Answers in a form that every host writes alike; tests/rust/conformance.rs says the same in Rust.

/** JSON with sorted keys and no spaces; a number is an integer below 2⁵³, or its shortest digits and an exponent. */
export function canonical(value) {
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 53;
    return whole ? String(value) : value.toExponential().replace('e+', 'e');
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

/** `one` with what `other` says: objects are joined, anything else takes the place of what was there. */
export function merge(one, other) {
  const whole = { ...one };
  for (const [key, value] of Object.entries(other)) {
    whole[key] = isObject(whole[key]) && isObject(value) ? merge(whole[key], value) : value;
  }
  return whole;
}

/** The words of the product that an answer has in it: actions, reasons, transitions, categories, codes and the like. */
export function see(answer, seen) {
  if (Array.isArray(answer)) for (const item of answer) see(item, seen);
  if (!isObject(answer)) return;
  const { from, to, reason, action } = answer;
  const words = (...all) => all.every((word) => typeof word === 'string');
  if (words(from, to, reason)) seen.add(`transition: ${from} > ${to}: ${reason}`);
  if (action === 'reject' && words(reason)) seen.add(`refusal: ${reason}`);
  for (const key of NAMED) if (words(answer[key])) seen.add(`${key}: ${answer[key]}`);
  for (const value of Object.values(answer)) see(value, seen);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const NAMED = ['action', 'category', 'code', 'ending', 'give_up', 'kind', 'state', 'status', 'stop_reason', 'why'];
