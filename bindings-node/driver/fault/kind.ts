/** What is the same for all errors of a class, and is found out once: its names, and which of our properties it defines. */
import { asName } from './look.js';
import { WANTED } from './wanted.js';

/** How many prototypes are walked: a proxy may have no last one. */
const PROTOTYPES = 32;
/** What has more properties of its own than this is asked for ours one by one. */
const MOST = 256;

/** What is known of an object by its prototypes. */
export interface Kind {
  /** The names of its classes, its own first. */
  readonly names: readonly string[];
  /** The properties among ours that it inherits. */
  readonly inherited: readonly string[];
  /** Whether it is an error. */
  readonly isError: boolean;
  /** Whether it is an answer of `fetch`, of any implementation. */
  readonly isFetched: boolean;
}

const wanted: ReadonlySet<string> = new Set(WANTED);
const known = new WeakMap<object, Kind>();
const NO_KIND: Kind = { names: [], inherited: [], isError: false, isFetched: false };

/**
 * The kind of an object. Names are taken from the prototypes, so that no getter of the object runs, and an error of another
 * realm has them too. Never throws.
 */
export function kindOf(value: object): Kind {
  try {
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === null) return NO_KIND;
    const before = known.get(prototype);
    if (before !== undefined) return before;
    const kind = walk(prototype);
    known.set(prototype, kind);
    return kind;
  } catch {
    // A proxy that refuses to be asked.
    return NO_KIND;
  }
}

function walk(first: object): Kind {
  const names: string[] = [];
  const inherited = new Set<string>();
  let isFetched = false;
  let prototype: object | null = first;
  for (let step = 0; prototype !== null && step < PROTOTYPES; step++) {
    const name = className(prototype);
    if (name !== undefined) names.push(name);
    for (const key of Object.getOwnPropertyNames(prototype)) {
      if (wanted.has(key)) inherited.add(key);
      isFetched ||= key === 'arrayBuffer';
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return { names, inherited: [...inherited], isError: names.includes('Error'), isFetched };
}

function className(prototype: object): string | undefined {
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof made !== 'function') return undefined;
  return asName(Object.getOwnPropertyDescriptor(made, 'name')?.value);
}

/** Which of our properties an object has: its own, and those that it inherits. Never throws. */
export function keysOf(value: object, kind: Kind): readonly string[] {
  try {
    const own = Object.getOwnPropertyNames(value);
    if (own.length > MOST) return WANTED;
    const keys = own.filter((key) => wanted.has(key));
    for (const key of kind.inherited) if (!keys.includes(key)) keys.push(key);
    return keys;
  } catch {
    return WANTED;
  }
}
