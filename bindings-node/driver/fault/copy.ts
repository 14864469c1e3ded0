/** Copies of what errors carry, as JSON: bounded in depth, breadth and length. */
import { clip, type Left, LONGEST_TEXT } from './bounds.js';
import { get, isObject, items } from './look.js';
import type { Json } from './types.js';

const DEPTH = 8;
const BREADTH = 32;
const LONGEST_KEY = 128;

/** The value as JSON, or undefined where JSON cannot say it or nothing may be spent on it. */
export function copy(value: unknown, left: Left, depth = 0): Json | undefined {
  switch (typeof value) {
    case 'string':
      return clip(value, left);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'bigint':
      return BigInt.asIntN(53, value) === value ? Number(value) : undefined;
    default:
  }
  if (!isObject(value) || depth >= DEPTH || left.nodes <= 0 || left.seen.has(value)) return undefined;
  left.nodes -= 1;
  try {
    return copyObject(value, left, depth);
  } catch {
    return undefined;
  }
}

function copyObject(value: object, left: Left, depth: number): Json | undefined {
  if (Array.isArray(value)) {
    left.seen.add(value);
    return items(value, BREADTH)
      .map((item) => copy(item, left, depth + 1))
      .filter((item) => item !== undefined);
  }
  if (isPlain(value)) {
    left.seen.add(value);
    const keys = Object.keys(value).slice(0, BREADTH);
    return record(
      keys.map((key) => [key, get(value, key)]),
      left,
      depth,
    );
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, Math.min(value.byteLength, LONGEST_TEXT));
    return clip(new TextDecoder().decode(bytes), left);
  }
  return date(value) ?? map(value, left, depth);
}

/** What was parsed or written down. An instance of a class is machinery: a socket, a stream, a client. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !isObject(prototype) || Object.getPrototypeOf(prototype) === null;
}

function record(entries: readonly (readonly [unknown, unknown])[], left: Left, depth: number): Json {
  // Without a prototype `__proto__` is a key like any other.
  const kept: Record<string, Json> = Object.create(null);
  for (const [key, value] of entries) {
    if (typeof key !== 'string' || key.length > LONGEST_KEY) continue;
    const copied = copy(value, left, depth + 1);
    if (copied !== undefined) kept[key] = copied;
  }
  return kept;
}

function date(value: object): string | undefined {
  try {
    return Date.prototype.toISOString.call(value);
  } catch {
    return undefined;
  }
}

function map(value: object, left: Left, depth: number): Json | undefined {
  let entries: Iterator<[unknown, unknown]>;
  try {
    entries = Map.prototype.entries.call(value);
  } catch {
    return undefined;
  }
  const kept: [unknown, unknown][] = [];
  for (let next = entries.next(); !next.done && kept.length < BREADTH; next = entries.next()) kept.push(next.value);
  return record(kept, left, depth);
}
