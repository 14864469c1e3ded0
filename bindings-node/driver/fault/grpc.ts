/** What grpc-js, its wrappers and Connect throw: no class of its own tells it, but its shape does. */
import { keep } from './headers.js';
import { get, isObject } from './look.js';

const PUSHBACK = 'grpc-retry-pushback-ms';
const LAST_STATUS = 16;

/** The gRPC status of an error with these properties, if it is one of gRPC's. */
export function grpcStatus(error: ReadonlyMap<string, unknown>): number | undefined {
  const code = error.get('code');
  const metadata = error.get('metadata');
  const described = typeof error.get('details') === 'string' || typeof error.get('rawMessage') === 'string';
  const numbered = typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= LAST_STATUS;
  return numbered && described && isObject(metadata) ? code : undefined;
}

/** Keeps what the server says about another try. */
export function pushback(metadata: unknown, kept: Record<string, string>): void {
  if (!isObject(metadata)) return;
  const ask = get(metadata, 'get');
  if (typeof ask !== 'function') return;
  try {
    keep(PUSHBACK, Reflect.apply(ask, metadata, [PUSHBACK]), kept);
  } catch {
    // Metadata that cannot be asked says nothing.
  }
}
