/**
 * Gates an AI agent's tool calls before they run, and obeys kills.
 *
 * @module
 */

export { CHANNEL } from './diagnostics.ts';
export * from './errors.ts';
export { createHaltwire } from './haltwire.ts';
export type { ResolvedTarget, TargetQuery } from './resolve/types.ts';
export type {
  ExecuteContext,
  Haltwire,
  HaltwireOptions,
  HaltwireWarning,
  HoldNotice,
  KillNotice,
  Posture,
  Session,
  SessionMode,
  SessionOptions,
  ToolOptions,
} from './types.ts';
export { WARNING } from './warnings.ts';
