/** `failsoft/small` for workers at an edge. */

import * as glue from '../../bindings-wasm/pkg-small/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import module from './small.wasm';
import { synchronous } from './wasm.js';

install(synchronous(glue, () => module));

export * from '../driver/small.js';
