/** `failsoft/small`: retries, timeouts, breakers, budgets and `wrapFetch`, with an engine that is fetched when the first policy is made. */

import * as glue from '../../bindings-wasm/pkg-small/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import { fetched } from './wasm.js';

install(fetched(glue, () => new URL('./small.wasm', import.meta.url)));

export * from '../driver/small.js';
