import type { HaltwireWarning } from './types.ts';

/**
 * Everything that the sdk warns about. Codes are never reused; the README lists each with its cure.
 * An operator can silence one with `node --disable-warning=<code>` or find its origin with `--trace-warnings`.
 */
export const WARNING = {
  riskyCallWithoutVerdict: 'HALTWIRE_W001',
  eventsDropped: 'HALTWIRE_W002',
  recordsRejected: 'HALTWIRE_W003',
  callbackFailed: 'HALTWIRE_W004',
  plaintextEndpoint: 'HALTWIRE_W005',
  gatewayError: 'HALTWIRE_W006',
  keyRefused: 'HALTWIRE_W007',
} as const;
export type WarningCode = (typeof WARNING)[keyof typeof WARNING];

/** Takes the sdk's warnings. Never throws. */
export type Warn = (code: WarningCode, message: string) => void;

/** The default: a process warning, which Node prints once to stderr. */
export function emitProcessWarning(warning: HaltwireWarning): void {
  process.emitWarning(warning.message, { type: 'HaltwireWarning', code: warning.code });
}

/** Makes the sink for warnings; a callback that throws does not harm the caller. */
export function createWarn(onWarning: (warning: HaltwireWarning) => void): Warn {
  return (code, message) => {
    try {
      onWarning({ code, message });
    } catch (error) {
      emitProcessWarning({ code: WARNING.callbackFailed, message: `onWarning threw: ${String(error)}` });
    }
  };
}
