// What the small engine leaves out of a policy document, and what it says of that.

const ELSEWHERE = 'not carried out by failsoft/small (import failsoft instead)';
const NOWHERE = 'not carried out by this host (expected none here)';

/** Each section, in the order in which a document is read. The last three no host of JavaScript carries out for a single policy. */
export const LEFT_OUT = {
  rate_limit: ELSEWHERE,
  bulkhead: ELSEWHERE,
  throttle: ELSEWHERE,
  adaptive: ELSEWHERE,
  batch: ELSEWHERE,
  fallback: ELSEWHERE,
  hedge: NOWHERE,
  heal: NOWHERE,
  degradation: NOWHERE,
};

/** The problems that the small engine has with a document which has none otherwise. */
export function refusals(document) {
  const given = Object.entries(LEFT_OUT).filter(([section]) => (document?.[section] ?? null) !== null);
  return given.map(([path, message]) => ({ code: 'contradiction', path, message }));
}

/** Problems in an order of their own, as a section that is refused is not read. */
export const sorted = (problems) => problems.toSorted((one, other) => (one.path < other.path ? -1 : 1));

/** What remains of the problems of a document for an engine that does not read these sections. */
export function withoutThem(problems) {
  return problems.filter(({ path }) => !Object.keys(LEFT_OUT).some((section) => path.split(/[.[]/)[0] === section));
}
