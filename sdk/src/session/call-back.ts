import { WARNING, type Warn } from '../warnings.ts';

/** Calls a callback of the host, if there is one. It may throw: that is warned about, and changes nothing. */
export function callBack<N>(
  { warn, sessionId }: { readonly warn: Warn; readonly sessionId: string },
  name: string,
  callback: ((notice: N) => void) | undefined,
  notice: N,
): void {
  try {
    callback?.(notice);
  } catch (error) {
    const words = error instanceof Error ? error.name : typeof error;
    warn(WARNING.callbackFailed, `${name} of session ${sessionId} threw ${words}`);
  }
}
