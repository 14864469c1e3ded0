// As much of node:assert/strict as the vectors need.
function same(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
}

function fail(found, wanted, message) {
  throw new Error(`${message ?? ''} found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

const deepEqual = (found, wanted, message) => same(found, wanted) || fail(found, wanted, message);
const ok = (found, message) => found || fail(found, true, message);
export default { deepEqual, equal: deepEqual, ok };
