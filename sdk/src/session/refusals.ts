import {
  HaltwireAbortedError,
  HaltwireDeniedError,
  HaltwireError,
  HaltwireNoLeaseError,
  HaltwireTimeoutError,
  HaltwireUnreachableError,
} from '../errors.ts';

/** What was tried, for messages that say what to check. */
export interface Circumstances {
  readonly gateTimeoutMs: number;
  readonly endpoint: URL;
  readonly gatewayEndpoint: URL;
  /** Why there is no connection to the gateway. */
  readonly linkFailure: string;
  /** Why the newest POST failed. */
  readonly postFailure: string | undefined;
  /** Messages of the gateway that came from an older epoch. */
  readonly ignored: number;
}

/** Nothing runs in this session. */
export function lockedError(tool: string): HaltwireError {
  const reason = 'the session is locked: nothing runs until a person releases it';
  return new HaltwireDeniedError(`${tool} was refused: ${reason}`, { reason });
}

/** The caller's own signal aborted. */
export function abortedError(tool: string, signal: AbortSignal | undefined): HaltwireError {
  return new HaltwireAbortedError(`${tool} was given up by its caller before it ran`, { cause: signal?.reason });
}

/** Nobody could stop the call, so it must not start. `tool` is absent when the session only waited to be ready. */
export function noLeaseError(about: Circumstances, tool?: string): HaltwireError {
  const old = about.ignored === 0 ? '' : `; ${about.ignored} messages from an older epoch were ignored`;
  const what = tool === undefined ? 'no lease' : `${tool} was refused: no live lease`;
  return new HaltwireNoLeaseError(
    `${what} within ${about.gateTimeoutMs} ms from the gateway at ${about.gatewayEndpoint.origin} (${about.linkFailure}${old}); ` +
      'check that it runs, and that the address and the key are right',
  );
}

/** The intent is not known to be durable. */
export function unreachableError(about: Circumstances, tool: string): HaltwireError {
  return new HaltwireUnreachableError(
    `${tool} was refused: the collector at ${about.endpoint.origin} did not take its intent within ` +
      `${about.gateTimeoutMs} ms (${about.postFailure ?? 'no answer'}); check that it runs`,
  );
}

/** The intent is durable, but was not judged. */
export function timeoutError(about: Circumstances, tool: string, strangers: number): HaltwireError {
  const others = strangers === 0 ? '' : `; ${strangers} verdicts for another digest were ignored`;
  return new HaltwireTimeoutError(
    `${tool} was refused: no verdict within ${about.gateTimeoutMs} ms${others}; check that the detector keeps up`,
  );
}

/** The collector answered that it will never take the intent. */
export function refusedIntentError(message: string): HaltwireError {
  if (message.startsWith('401')) {
    return new HaltwireError(
      'HALTWIRE_UNAUTHENTICATED',
      `the collector refuses the key (${message}): check HALTWIRE_KEY`,
    );
  }
  return new HaltwireError(
    'HALTWIRE_BAD_REQUEST',
    `the collector refused the intent, so it cannot be judged: ${message}`,
  );
}
