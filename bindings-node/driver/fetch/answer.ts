/** Answers of `fetch`: which of them are failures, and what becomes of those that nobody reads. */

/** What of a `Response` matters here. */
export interface Answer {
  readonly status?: unknown;
  readonly body?: unknown;
}

/** Whether the policy has to judge it. What a page may not look into (`no-cors`) has no status. */
export function isFailure(answer: Answer): boolean {
  return typeof answer?.status === 'number' && answer.status >= 400;
}

/** Lets go of the connection that the rest of an answer would come on. Never throws. */
export function release(answer: Answer | undefined): void {
  const body = answer?.body as { cancel?: () => Promise<void>; destroy?: () => void } | null | undefined;
  try {
    // One that is being read belongs to its reader.
    if (body?.cancel) body.cancel().catch(() => {});
    else body?.destroy?.();
  } catch {
    // A body of a kind that nobody has seen.
  }
}
