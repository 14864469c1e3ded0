/**
 * The details of a gRPC status, which come as protocol buffers in the trailers: how long to wait (`RetryInfo`) and why
 * (`ErrorInfo`). Only these two are read, field by field; bytes that are something else say nothing.
 */
import type { Json } from './types.js';

/** How many fields of one message are looked at. */
const FIELDS = 64;
/** How much of a message is looked at. */
const LONGEST = 8192;

type Field = number | Uint8Array;

/** What the details in `grpc-status-details-bin` say, in the words that JSON APIs have for it. */
export function statusDetails(bytes: Uint8Array): Record<string, Json> {
  const said: Record<string, Json> = {};
  for (const [field, detail] of fieldsOf(bytes)) {
    if (field !== 3 || typeof detail === 'number') continue;
    const any = new Map(fieldsOf(detail));
    const value = any.get(2);
    if (typeof value === 'number' || value === undefined) continue;
    const type = textOf(any.get(1));
    if (type.endsWith('/google.rpc.RetryInfo')) Object.assign(said, retryInfo(value));
    if (type.endsWith('/google.rpc.ErrorInfo')) said.reason = textOf(new Map(fieldsOf(value)).get(1));
  }
  return said;
}

/** What `google.rpc.retryinfo-bin` says. */
export function retryInfo(bytes: Uint8Array): Record<string, Json> {
  const delay = new Map(fieldsOf(bytes)).get(1);
  if (typeof delay === 'number' || delay === undefined) return {};
  const parts = new Map(fieldsOf(delay));
  const [seconds, nanos] = [parts.get(1) ?? 0, parts.get(2) ?? 0];
  const readable = Number.isSafeInteger(seconds) && Number.isSafeInteger(nanos);
  return readable ? { retryDelay: { seconds: Number(seconds), nanos: Number(nanos) } } : {};
}

const textOf = (field: Field | undefined): string =>
  field instanceof Uint8Array ? new TextDecoder().decode(field) : '';

/** The numbers and the bytes of a message with their field numbers, up to what cannot be read. */
function fieldsOf(bytes: Uint8Array): [number, Field][] {
  const found: [number, Field][] = [];
  const end = Math.min(bytes.length, LONGEST);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < end && found.length < FIELDS) {
    const key = varint();
    const kind = key % 8;
    if (kind === 0) {
      found.push([(key - kind) / 8, varint()]);
    } else if (kind === 2) {
      const length = varint();
      if (at + length > end) break;
      found.push([(key - kind) / 8, bytes.subarray(at, at + length)]);
      at += length;
    } else {
      break;
    }
  }
  return found;
}
