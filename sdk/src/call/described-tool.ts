import type { Redactor } from '@haltwire/schemas/redact';
import type { ToolOptions } from '../types.ts';

const MAX_PARAMETERS = 64;

/** What a tool's definition tells about it beside its name: masked and bounded. */
export function describedTool(
  { inputSchema, annotations }: ToolOptions,
  redactor: Redactor,
): { parameters: string[]; destructive: boolean } {
  const properties =
    typeof inputSchema === 'object' && inputSchema !== null && 'properties' in inputSchema
      ? inputSchema.properties
      : undefined;
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return {
    parameters: names
      .slice(0, MAX_PARAMETERS)
      .map((name) => redactor.text(name.slice(0, 120)).value.slice(0, 120).toWellFormed()),
    destructive: annotations?.destructiveHint === true,
  };
}
