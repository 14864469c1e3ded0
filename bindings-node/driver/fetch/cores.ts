/** A policy for each way in which a request may be repeated. */

import { Core } from '../core.js';
import type { Repeats } from './request.js';

/** Policies that share one breaker, its limits and its budget, made when they are needed. */
export class Cores {
  readonly freely: Core;
  private readonly seed: number | undefined;
  private readonly others = new Map<Repeats, Core>();

  constructor(core: Core, seed: number | undefined) {
    this.freely = core;
    this.seed = seed;
  }

  /** The policy for such requests. */
  of(repeats: Repeats): Core {
    if (repeats === 'freely') return this.freely;
    let core = this.others.get(repeats);
    if (core === undefined) {
      core = this.restricted(CHANGES[repeats]);
      this.others.set(repeats, core);
    }
    return core;
  }

  private restricted(change: object): Core {
    const { freely, seed } = this;
    const document = parsed(freely.text);
    // Without the section nothing is repeated anyhow, and to add one would change that.
    if (!document?.retry) return freely;
    return new Core({ ...document, retry: { ...document.retry, ...change } }, { over: freely, seed });
  }
}

const CHANGES = { carefully: { idempotent: false }, once: { enabled: false } } as const;

/** The document; undefined for what is none, which the engine says better. */
function parsed(text: string): { readonly retry?: object | null } | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
