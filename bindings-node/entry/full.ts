/** The whole engine, in a file of its own that Node reads only without a native one. */

export * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
export { synchronous } from './wasm.js';
