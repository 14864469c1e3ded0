import { clip, DEEPEST, everything, type Left, MEMBERS } from './bounds.js';
import { copy } from './copy.js';
import { grpcStatus, trailers } from './grpc.js';
import { hints } from './headers.js';
import { keysOf, kindOf } from './kind.js';
import { asName, asNumber, carried, isObject, items } from './look.js';
import type { FaultDocument, Json } from './types.js';
import { ATTRS, BODIES, CAUSES, OF_FETCH, OF_RESPONSE } from './wanted.js';

/** A fault document that is being written. */
type Draft = { -readonly [Key in keyof FaultDocument]: FaultDocument[Key] };
type Properties = ReadonlyMap<string, unknown>;
const NOTHING: Properties = new Map();

/** Electron, Deno and Bun count as Node: their sockets and codes are Node's. */
const HOST =
  typeof (globalThis as { process?: { versions?: { node?: unknown } } }).process?.versions?.node === 'string'
    ? 'node'
    : 'browser';

/**
 * Describes what was thrown, whatever it is, as data that the engine classifies. Never throws, reads no property twice and
 * takes nothing of unbounded size. The `clock` answers milliseconds since 1970; it is asked only where headers may name a date.
 */
export function faultOf(thrown: unknown, clock: () => number = Date.now): FaultDocument {
  return describe(thrown, 0, everything(clock));
}

function describe(thrown: unknown, depth: number, left: Left): FaultDocument {
  left.faults -= 1;
  if (!isObject(thrown)) return describeScalar(thrown, left);
  left.seen.add(thrown);
  const kind = kindOf(thrown);
  const [type, ...bases] = kind.names;
  const error = carried(thrown, kind.isFetched ? OF_FETCH : keysOf(thrown, kind));
  const fault: Draft = { host: HOST };
  if (type !== undefined) fault.type = type;
  if (bases.length > 0) fault.bases = bases;
  describeNames(error, left, fault);
  describeAnswer(error, left, fault);
  describeOrigins(error, depth, left, fault);
  return fault;
}

/** `throw 'text'`, `Promise.reject()` and their kin. */
function describeScalar(thrown: unknown, left: Left): FaultDocument {
  const fault: Draft = { host: HOST };
  if (thrown === undefined || thrown === null) return fault;
  const kind = typeof thrown;
  fault.type = kind.charAt(0).toUpperCase() + kind.slice(1);
  if (typeof thrown === 'string') fault.message = clip(thrown, left);
  if (typeof thrown === 'symbol') fault.message = clip(thrown.description ?? '', left);
  if (typeof thrown === 'number' || typeof thrown === 'boolean') fault.message = String(thrown);
  return fault;
}

/** What an error says of itself. */
function describeNames(error: Properties, left: Left, fault: Draft): void {
  const name = asName(error.get('name'));
  const message = error.get('message') ?? error.get('statusText');
  const code = error.get('code');
  const errno = error.get('errno');
  const syscall = asName(error.get('syscall'));
  if (name !== undefined) fault.name = name;
  if (typeof message === 'string' && message !== '') fault.message = clip(message, left);
  set(fault, 'code', asName(code) ?? asNumber(code));
  set(fault, 'errno', asName(errno) ?? asNumber(errno));
  if (syscall !== undefined) fault.syscall = syscall;
}

/** What the other side answered: status, hints, body. */
function describeAnswer(error: Properties, left: Left, fault: Draft): void {
  const answer = answerOf(error.get('response') ?? error.get('$response'), left);
  const summary = part(error.get('$metadata'), ['httpStatusCode'], left);
  const meta = part(error.get('meta'), ['statusCode', 'headers', 'body'], left);
  const grpc = grpcStatus(error);
  const status = grpc === undefined ? statusOf(error, answer, summary, meta, left) : undefined;
  if (status !== undefined) fault.status = status;

  const places = [answer.get('headers'), error.get('headers'), error.get('responseHeaders'), meta.get('headers')];
  const headers = hints(places, left);
  const said = grpc === undefined ? {} : { ...trailers(error.get('metadata'), headers), grpc_status: grpc };
  if (Object.keys(headers).length > 0) {
    fault.headers = headers;
    fault.now = left.clock() / 1000;
  }

  const attrs = attrsOf(error, left);
  const place = attrs.body === undefined ? BODIES.find((key) => answer.has(key)) : undefined;
  const body = copy(place === undefined ? meta.get('body') : answer.get(place), left);
  if (body !== undefined) attrs.body ??= body;
  Object.assign(attrs, said);
  // That it is there tells the engine whose error this is; the status in it has been read.
  if (error.has('$metadata')) attrs.$metadata = {};
  if (Object.keys(attrs).length > 0) fault.attrs = attrs;
}

function answerOf(response: unknown, left: Left): Properties {
  if (!isObject(response) || left.seen.has(response)) return NOTHING;
  return part(response, kindOf(response).isFetched ? OF_FETCH : OF_RESPONSE, left);
}

/** The properties of a part of the error, unless they have been read on the way to it. */
function part(value: unknown, keys: readonly string[], left: Left): Properties {
  if (!isObject(value) || left.seen.has(value)) return NOTHING;
  left.seen.add(value);
  return carried(value, keys);
}

function statusOf(
  error: Properties,
  answer: Properties,
  summary: Properties,
  meta: Properties,
  left: Left,
): number | undefined {
  const boom = part(error.get('output'), ['statusCode'], left);
  const places = [
    error.get('status'),
    error.get('statusCode'),
    answer.get('status'),
    answer.get('statusCode'),
    summary.get('httpStatusCode'),
    meta.get('statusCode'),
    boom.get('statusCode'),
  ];
  for (const place of places) {
    const status = place === undefined ? undefined : asStatus(place);
    if (status !== undefined) return status;
  }
  // What a browser has where there was no answer.
  return error.get('status') === 0 ? 0 : undefined;
}

function asStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined;
}

function attrsOf(error: Properties, left: Left): Record<string, Json> {
  const attrs: Record<string, Json> = {};
  for (const [key, value] of error) {
    const copied = ATTRS.has(key) ? copy(value, left) : undefined;
    if (copied !== undefined && copied !== '') attrs[key] = copied;
  }
  // A word in the place of a status is a provider's: `RESOURCE_EXHAUSTED`.
  const status = asName(error.get('status'));
  if (status !== undefined && asStatus(status) === undefined) attrs.status = status;
  return attrs;
}

/** What lies behind an error: its cause, and the members of a group. */
function describeOrigins(error: Properties, depth: number, left: Left, fault: Draft): void {
  const listed = items(error.get('errors'), MEMBERS);
  const members = depth < DEEPEST ? listed.filter(isError) : [];
  const cause = depth < DEEPEST ? causeOf(error, left) : undefined;
  if (cause !== undefined && left.faults > 0) fault.cause = describe(cause, depth + 1, left);
  const described: FaultDocument[] = [];
  for (const member of members) {
    if (left.faults > 0 && !left.seen.has(member)) described.push(describe(member, depth + 1, left));
  }
  if (described.length > 0) fault.errors = described;
  // Elsewhere `errors` are a provider's details.
  const details = members.length === 0 && listed.length > 0 ? copy(listed, left) : undefined;
  if (details !== undefined) fault.attrs = { ...fault.attrs, errors: details };
}

function causeOf(error: Properties, left: Left): unknown {
  const stated = error.get('cause');
  const fresh = (value: unknown): boolean => !isObject(value) || !left.seen.has(value);
  if (stated !== undefined && typeof stated !== 'function' && fresh(stated)) return stated;
  return CAUSES.map((key) => error.get(key)).find((kept) => isError(kept) && fresh(kept));
}

const isError = (value: unknown): value is object => isObject(value) && kindOf(value).isError;

function set<Key extends 'code' | 'errno'>(fault: Draft, key: Key, value: string | number | undefined): void {
  if (value !== undefined) fault[key] = value;
}
