import '../../vectors.test.mjs';
import { finished, results } from 'node:test';

import { accounts } from '../../generated/account.mjs';
import { play } from '../../generated/play.mjs';
import { load } from './engine.js';
import { failsoft } from './support.js';

const engine = await load();

await finished();
globalThis.results = { ...results, accounts };

/** The generated cases of a family on the engine of this page. */
globalThis.play = (lists, family, cases) =>
  play({ ...engine, classifyFault: failsoft.classifyFault }, lists, family, cases);
