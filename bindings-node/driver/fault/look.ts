/**
 * Looking at values that nobody vouches for: a getter may throw, a proxy may refuse, a class may lie about its name.
 * Nothing in here throws.
 */
import { LONGEST_NAME } from './bounds.js';

/** Whether a value has properties of its own. A function has some too, but none that an error would have. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A property, or undefined where it cannot be read. */
export function get(owner: object, key: PropertyKey): unknown {
  try {
    return (owner as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** The properties of these names that are there, each read once. */
export function carried(owner: object, keys: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const key of keys) {
    const value = get(owner, key);
    if (value !== undefined && value !== null) found.set(key, value);
  }
  return found;
}

/** The items of a list up to `most`; of anything else none. No method of the list is called: they may be its own. */
export function items(value: unknown, most: number): unknown[] {
  const kept: unknown[] = [];
  try {
    if (!Array.isArray(value)) return kept;
    const length = Math.min(value.length, most);
    for (let index = 0; index < length; index++) kept.push(value[index]);
  } catch {
    // What was read before it broke stands.
  }
  return kept;
}

/** A text that can be a name or a code. */
export const asName = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : undefined;

/** A number that JSON can say. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
