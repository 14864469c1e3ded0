/** `failsoft` for browsers and everything else with WebAssembly: the engine is fetched when the first policy is made. */

import { install } from '../driver/engine.js';
import { fetched } from './wasm.js';

install(fetched(() => new URL('./failsoft.wasm', import.meta.url)));

export * from '../driver/index.js';
