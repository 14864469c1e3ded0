// What every host was asked, and how it answered: a table of the accounts that the suites leave in target/conformance/<host>/.
//
//   node scripts/conformance.mjs
//
// Fails where a host has run a family not at all, or other cases than there are now; where an answer is another one; and where a word
// of the product (tests/words.json) is in no answer of a host. UPDATE=1 writes docs/conformance.md, which is otherwise compared.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const HOSTS = ['rust', 'python', 'node', 'wasm', 'chromium'];
const LANGUAGES = { rust: 'rust', python: 'python', node: 'javascript', wasm: 'javascript', chromium: 'javascript' };
const ROOT = new URL('../', import.meta.url);
const PAGE = 'docs/conformance.md';
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');

const problems = [];
const accounts = new Map();
const lines = families().map(({ family, path, about, hosts }) => {
  const of = crc32(read(path)).toString(16).padStart(8, '0');
  const cells = HOSTS.map((host) => (hosts.includes(LANGUAGES[host]) ? cell(host, family, of) : '–'));
  return { family, about, cells };
});
for (const host of HOSTS) notSeen(host);

const page = written();
const there = existsSync(new URL(PAGE, ROOT)) ? read(PAGE) : '';
if (process.env.UPDATE && problems.length === 0) writeFileSync(new URL(PAGE, ROOT), page);
else if (there !== page && problems.length === 0) problems.push(`${PAGE} is not what was found: UPDATE=1 make conformance`);

console.log(table());
console.log(problems.length === 0 ? 'no differences' : `\n${problems.join('\n')}`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Every family of cases: where it is written, and in which languages it is run. */
function families() {
  const { files } = JSON.parse(read('tests/vectors/index.json'));
  const vectors = files.map(({ name, about, only = ['rust', 'python', 'javascript'] }) => ({
    family: name.replace('.json', ''),
    path: `tests/vectors/${name}`,
    about,
    hosts: [only].flat(),
  }));
  const generated = Object.keys(JSON.parse(read('tests/generated/checks.json'))).map((name) => ({
    family: `generated-${name}`,
    path: `tests/generated/${name}.jsonl`,
    about: 'Generated.',
    hosts: ['rust', 'python', 'javascript'],
  }));
  return [...vectors, ...generated];
}

/** How many cases a host ran of a family; notes what is wrong with that. */
function cell(host, family, of) {
  const path = `target/conformance/${host}/${family}.json`;
  if (!existsSync(new URL(path, ROOT))) {
    problems.push(`${host} has not run ${family}`);
    return 'missing';
  }
  const account = JSON.parse(read(path));
  if (account.of !== of) problems.push(`${host} has run other cases of ${family} than there are now`);
  for (const { case: which, expected, found } of account.differences.slice(0, 3)) {
    const told = [expected, found].map((answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)));
    problems.push(`${host} differs in ${family}, ${which}\n  expected ${told[0]}\n  found    ${told[1]}`);
  }
  accounts.set(`${host} ${family}`, account);
  return account.differences.length > 0 ? `${account.cases} (${account.differences.length} differ)` : `${account.cases}`;
}

/** Notes the words that no answer of a host had in it. */
function notSeen(host) {
  const of = [...accounts].filter(([name]) => name.startsWith(`${host} `)).map(([, account]) => account);
  const seen = new Set(of.flatMap((account) => account.seen));
  for (const { words, only = ['rust', 'python', 'javascript'] } of JSON.parse(read('tests/words.json')).groups) {
    if (!only.includes(LANGUAGES[host])) continue;
    const missing = words.filter((word) => !seen.has(word));
    if (missing.length > 0) problems.push(`${host} has never answered ${missing.join('; ')}`);
  }
}

function table() {
  const sums = HOSTS.map((host) => total(host, (account) => account.cases));
  const calls = HOSTS.map((host) => total(host, (account) => account.calls));
  const differ = HOSTS.map((host) => total(host, (account) => account.differences.length));
  const row = (name, cells) => `| ${name} | ${cells.join(' | ')} |`;
  const rows = lines.map(({ family, cells }) => row(family, cells));
  const rule = `|---|${'---:|'.repeat(HOSTS.length)}`;
  const last = [row('**cases**', sums), row('of them, calls in generated scripts', calls), row('**differences**', differ)];
  return [row('cases of', HOSTS), rule, ...rows, ...last].join('\n');
}

function total(host, of) {
  let sum = 0;
  for (const [name, account] of accounts) if (name.startsWith(`${host} `)) sum += of(account);
  return sum;
}

function written() {
  const { groups } = JSON.parse(read('tests/words.json'));
  const words = groups.map(({ about, words, why }) => `- ${about}: ${words.length}${why ? ` (${why})` : ''}`);
  return read('docs/conformance.head.md').replace('TABLE', table()).replace('WORDS', words.join('\n'));
}
