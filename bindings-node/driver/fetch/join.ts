/** A signal that is aborted with the first of several. */
export function join(signals: readonly AbortSignal[]): AbortSignal {
  const [only] = signals;
  if (only !== undefined && signals.length === 1) return only;
  if ('any' in AbortSignal) return AbortSignal.any([...signals]);
  return followed(signals);
}

/** For hosts without `AbortSignal.any`; there a caller's signal keeps a listener for each request until it is aborted. */
function followed(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    const follow = () => controller.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow, { once: true, signal: controller.signal });
  }
  return controller.signal;
}
