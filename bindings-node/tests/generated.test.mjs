// The generated cases that every host runs; tests/generated/README.md says what they are.
import { test } from 'node:test';

import { load, small } from './engine.mjs';
import { cases, compare, HOST, parts } from './generated/account.mjs';
import { FAMILIES, play } from './generated/play.mjs';
import { failsoft } from './support.mjs';

const { Batch, Chain, Engine, System } = await load();
const { classifyFault } = failsoft;

// The others' policies have sections that the small engine leaves out.
const families = small ? ['classify', 'schedules'] : FAMILIES;

for (const family of families) {
  test(`every generated case answers alike: ${family}`, () => {
    const answers = play({ Batch, Chain, Engine, System, classifyFault }, parts(), family, cases(family));
    compare(HOST, family, answers);
  });
}
