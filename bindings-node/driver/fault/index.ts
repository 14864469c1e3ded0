/** Errors to faults: what an error carries, as plain data. */

import type { FaultDocument } from './types.js';

export type { FaultDocument } from './types.js';

/** Describes whatever was thrown. Never throws. */
export function faultOf(error: unknown): FaultDocument {
  return describe(error, 0);
}

function describe(error: unknown, depth: number): FaultDocument {
  const host = 'process' in globalThis ? 'node' : 'browser';
  if (typeof error !== 'object' || error === null) return { host, message: String(error).slice(0, LONGEST) };
  const get = (key: string): unknown => {
    try {
      return (error as Record<string, unknown>)[key];
    } catch {
      return undefined;
    }
  };
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, LONGEST) : undefined);
  const code = get('code');
  const status = get('status');
  const cause = get('cause');
  return JSON.parse(
    JSON.stringify({
      host,
      type: text((get('constructor') as { name?: unknown } | undefined)?.name),
      name: text(get('name')),
      message: text(get('message')),
      code: typeof code === 'number' && Number.isFinite(code) ? code : text(code),
      status: Number.isInteger(status) && (status as number) >= 0 && (status as number) < 1000 ? status : undefined,
      cause: typeof cause === 'object' && cause !== null && depth < DEEPEST ? describe(cause, depth + 1) : undefined,
    }),
  );
}

const DEEPEST = 16;
const LONGEST = 8192;
