/** `failsoft` for workers at an edge (workerd): they compile no bytes, so the engine is a module that their bundler hands in. */

import * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import module from './failsoft.wasm';
import { synchronous } from './wasm.js';

install(synchronous(glue, () => module));

export * from '../driver/index.js';
