/** `failsoft/inline`: the engine's bytes are part of this file, so that nothing has to be fetched or waited for. */

import { install } from '../driver/engine.js';
import { bytes } from './bytes.js';
import { synchronous } from './wasm.js';

install(synchronous(() => new WebAssembly.Module(bytes() as Uint8Array<ArrayBuffer>)));

export * from '../driver/index.js';
