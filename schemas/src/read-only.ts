/** A call as the sdk sees it before it runs. */
export interface CallShape {
  readonly tool: string;
  readonly arguments: unknown;
  /** Tools that the registry pins as read-only. */
  readonly readOnlyTools?: readonly string[] | undefined;
}

/** Filled in by the classification work. */
export function isReadOnlyCall(_call: CallShape): boolean {
  return false;
}
