// What a host was asked, and how it answered: compared with what is checked in, and left where scripts/conformance.mjs looks for it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const ROOT = new URL('../../../', import.meta.url);
const BLOCK = 64;

/** Which host this is, under Node. */
export const HOST = { wasm: 'wasm', small: 'small' }[process.env.FAILSOFT_ENGINE] ?? 'node';
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');

/** The check of a text that cases and answers are known by. */
export const check = (text) => crc32(text).toString(16).padStart(8, '0');

export const parts = () => JSON.parse(read('tests/generated/parts.json'));
export const cases = (family) => read(`tests/generated/${family}.jsonl`);

/** Leaves the account of one family of cases, all of which were run. */
export function leave(host, family, text, { cases: count, calls = 0, differences = [], seen = [] }) {
  const account = JSON.stringify({ of: check(text), cases: count, calls, differences, seen });
  write(host, `${family}.json`, account);
}

/** Compares block by block with what is checked in; a difference names the first case that Rust answered differently. */
export function compare(host, family, { lines, calls, seen }) {
  const expected = JSON.parse(read('tests/generated/checks.json'))[family];
  const differences = [];
  for (let first = 0; first < lines.length; first += BLOCK) {
    const [block, found] = [first / BLOCK, check(lines.slice(first, first + BLOCK).join('\n'))];
    if (found !== expected[block]) differences.push(...named(family, block, lines));
  }
  const text = cases(family);
  leave(host, `generated-${family}`, text, { cases: lines.length, calls, differences, seen });
  assert.equal(lines.length, text.trimEnd().split('\n').length);
  assert.equal(expected.length, Math.ceil(lines.length / BLOCK));
  assert.deepEqual(differences, []);
}

/** The cases of a block that differ, with both answers; Rust's are there once its tests have run. */
function named(family, block, lines) {
  const path = `target/conformance/rust/${family}.answers.jsonl`;
  if (!existsSync(new URL(path, ROOT))) {
    const answered = 'what Rust answers is there after cargo test -p failsoft-tests --test generated';
    return [{ case: `block ${block}`, expected: answered, found: `cases ${block * BLOCK} and those after` }];
  }
  const [theirs, asked] = [read(path).split('\n'), cases(family).split('\n')];
  const numbers = Array.from({ length: BLOCK }, (_, index) => block * BLOCK + index);
  const differs = numbers.filter((number) => number < lines.length && lines[number] !== theirs[number]);
  if (differs.length === 0)
    return [{ case: `block ${block}`, expected: 'what is checked in', found: 'what Rust answers' }];
  return differs.map((number) => ({
    case: `block ${block}, case ${number}: ${asked[number]}`,
    expected: theirs[number],
    found: lines[number],
  }));
}

function write(host, name, text) {
  const folder = new URL(`target/conformance/${host}/`, ROOT);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), text);
}
