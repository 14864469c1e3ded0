/**
 * JavaScript values to the JSON text that the core reads, and the core's errors to ours.
 *
 * The core is the only reader of documents. What is done here is to say in JSON what JavaScript can say and JSON
 * can't, so that the core can name it in its errors.
 */

import { ConfigError, type Problem } from './errors.js';

/** A document as JSON text, with what had to be left out of it. */
export interface Written {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Writes a document; a string is taken for the JSON text of one. */
export function write(document: unknown): Written {
  if (typeof document === 'string') return { text: whole(document), problems: [] };
  const writer = new Writer();
  return { text: JSON.stringify(writer.plain(document, '', 0) ?? null), problems: writer.problems };
}

/**
 * Hands a document to a reader in the core.
 * @throws ConfigError - it makes no sense; what JavaScript can say and JSON can't is listed together with the rest.
 */
export function read<T>({ text, problems }: Written, reader: (text: string) => T): T {
  let answer: T;
  try {
    answer = reader(text);
  } catch (error) {
    const found = problemsOf(error);
    if (found === null) throw error;
    // What could not be written was left out; that it is missing is no second fault.
    const known = new Set(problems.map(({ path }) => path));
    throw new ConfigError([...problems, ...found.filter(({ path }) => !known.has(path))]);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return answer;
}

/** The text without halves of surrogate pairs, which are legal in JavaScript and nowhere else. */
export function whole(text: string): string {
  halves ??= new RegExp(HALVES, 'gu');
  return text.replace(halves, '\uFFFD');
}

// Made of text when it is needed: of a literal V8 loads what it knows of Unicode as soon as it reads this file.
const HALVES = '\\p{Surrogate}';
let halves: RegExp | undefined;

/** What an engine says is wrong with a document; null if that is not what it says. */
function problemsOf(error: unknown): Problem[] | null {
  const { code, problems } = error as { code?: unknown; problems?: unknown };
  return code === 'ConfigError' && typeof problems === 'string' ? JSON.parse(problems) : null;
}

/** Turns a value into what JSON can say, and remembers what it had to leave out. */
class Writer {
  readonly problems: Problem[] = [];
  private readonly around = new Set<unknown>();

  plain(value: unknown, path: string, depth: number): unknown {
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
        return value;
      case 'string':
        return whole(value);
      case 'number':
        // Words that the core calls out of range; JSON.stringify would write null, which means absent.
        return Number.isFinite(value) ? value : String(value);
      case 'bigint':
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case 'object':
        return value === null ? null : this.collection(value, path, depth);
      default:
        return this.leaveOut('wrong_type', path, `a value of type ${typeof value} means nothing in a document`);
    }
  }

  private collection(value: object, path: string, depth: number): unknown {
    if (this.around.has(value)) return this.leaveOut('contradiction', path, 'contains itself');
    if (depth > DEEPEST) return this.leaveOut('out_of_range', path, `nested deeper than ${DEEPEST} levels`);
    const kind = kindOf(value);
    if (kind !== 'Object' && !Array.isArray(value)) {
      return this.leaveOut('wrong_type', path, `a value of type ${kind} means nothing in a document`);
    }
    this.around.add(value);
    try {
      if (Array.isArray(value)) {
        return value.map((item, index) => this.plain(item, `${path}[${index}]`, depth + 1));
      }
      const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [whole(key), this.plain(item, inside(key), depth + 1)]),
      );
    } finally {
      this.around.delete(value);
    }
  }

  private leaveOut(code: string, path: string, message: string): undefined {
    this.problems.push({ code, path, message });
    return undefined;
  }
}

/** `Object` for what an object literal makes, in any realm; else the name of its class. */
function kindOf(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return 'Object';
  return String(prototype.constructor?.name ?? 'Object');
}

/** A document that is nested deeper is no document; JSON readers give up a little later. */
const DEEPEST = 100;
