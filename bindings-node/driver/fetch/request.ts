/** What of a request says how often it may be made. */

/** What `fetch` takes first: a URL as text, a `URL` or a `Request`. */
export type Input = unknown;

/** What of `fetch`'s second argument matters here. */
export interface Init {
  readonly method?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * How a request may be repeated: `freely`, `carefully` (only where it surely had no effect), or not at all, as its body can be
 * read `once`.
 */
export type Repeats = 'freely' | 'carefully' | 'once';

export function repeatsOf(input: Input, init: Init | undefined): Repeats {
  const request = asRequest(input);
  const method = String(init?.method ?? request?.method ?? 'GET').toUpperCase();
  if (!hasReplayableBody(method, request, init)) return 'once';
  return IDEMPOTENT.has(method) || hasKey(init?.headers ?? request?.headers) ? 'freely' : 'carefully';
}

/** The caller's signals. `fetch` itself ignores that of a `Request` beside another; whoever gave both meant both. */
export function signalsOf(input: Input, init: Init | undefined): AbortSignal[] {
  if (init?.signal === null) return [];
  return [init?.signal, asRequest(input)?.signal].filter((signal) => signal instanceof AbortSignal);
}

/** What to call `fetch` with, so that it listens to `signal`. */
export function listening(input: Input, init: Init | undefined, signal: AbortSignal): [Input, Init] {
  // A class's properties would not be copied: that of a service worker's event, or somebody's own.
  if (!isPlain(init)) return [new Request(input as Request, init as RequestInit), { signal }];
  return [input, { ...init, signal }];
}

interface RequestLike {
  readonly method: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/** By its shape, as it may be another realm's, or a library's own. */
function asRequest(input: Input): RequestLike | undefined {
  const isOne = typeof input === 'object' && input !== null && typeof (input as RequestLike).method === 'string';
  return isOne ? (input as RequestLike) : undefined;
}

function hasReplayableBody(method: string, request: RequestLike | undefined, init: Init | undefined): boolean {
  const body = init?.body ?? undefined;
  if (body !== undefined) return !isStream(body);
  // A request shows its body as a stream whatever it was made of, and where it does not show it (Firefox) it may have one.
  return request === undefined || request.body === null || BODILESS.has(method);
}

/** Streams of the web and of Node, and iterables that Node takes for one. Everything else is sent the same each time. */
function isStream(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Symbol.asyncIterator in body || 'getReader' in body || 'pipe' in body;
}

function hasKey(headers: unknown): boolean {
  try {
    return Boolean(new Headers(headers as HeadersInit | undefined).get('idempotency-key'));
  } catch {
    // No headers at all; `fetch` says so itself.
    return false;
  }
}

function isPlain(init: Init | undefined): boolean {
  if (init === undefined || init === null) return true;
  const prototype: unknown = Object.getPrototypeOf(init);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
