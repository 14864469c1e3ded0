export { faultOf } from './fault.js';
export type { FaultDocument, Json } from './types.js';
