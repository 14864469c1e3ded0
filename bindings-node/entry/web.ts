/** `failsoft` for browsers and everything else with WebAssembly: the engine is fetched when the first policy is made. */

import * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import { fetched } from './wasm.js';

install(fetched(glue, () => new URL('./failsoft.wasm', import.meta.url)));

export * from '../driver/index.js';
