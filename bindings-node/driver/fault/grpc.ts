/** What grpc-js, its wrappers and Connect throw: no class of its own tells it, but its shape does. */
import { retryInfo, statusDetails } from './details.js';
import { keep } from './headers.js';
import { get, isObject, items } from './look.js';
import type { Json } from './types.js';

const PUSHBACK = 'grpc-retry-pushback-ms';
const DETAILS = 'grpc-status-details-bin';
const LAST_STATUS = 16;

/** The gRPC status of an error with these properties, if it is one of gRPC's. */
export function grpcStatus(error: ReadonlyMap<string, unknown>): number | undefined {
  const code = error.get('code');
  const metadata = error.get('metadata');
  const described = typeof error.get('details') === 'string' || typeof error.get('rawMessage') === 'string';
  const numbered = typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= LAST_STATUS;
  return numbered && described && isObject(metadata) ? code : undefined;
}

/** What the server says in its trailers: `headers` about another try are kept, and the rest is answered. */
export function trailers(metadata: unknown, headers: Record<string, string>): Record<string, Json> {
  const ask = isObject(metadata) ? get(metadata, 'get') : undefined;
  if (typeof ask !== 'function') return {};
  try {
    const entry = (name: string): unknown => Reflect.apply(ask, metadata, [name]);
    keep(PUSHBACK, entry(PUSHBACK), headers);
    return { ...decoded(entry('google.rpc.retryinfo-bin'), retryInfo), ...decoded(entry(DETAILS), statusDetails) };
  } catch {
    // Metadata that cannot be asked says nothing.
    return {};
  }
}

function decoded(values: unknown, decode: (bytes: Uint8Array) => Record<string, Json>): Record<string, Json> {
  const [bytes] = items(values, 1);
  return bytes instanceof Uint8Array ? decode(bytes) : {};
}
