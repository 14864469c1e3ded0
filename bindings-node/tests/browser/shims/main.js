import '../../vectors.test.mjs';
import { finished, results } from 'node:test';

await finished();
globalThis.results = results;
