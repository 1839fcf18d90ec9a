import type { ToolCall } from '../../support/front.ts';
import type { Dice, ShellSeed, Transformation } from '../types.ts';

/** A call of a shell tool. */
export function shellCall(command: string): ToolCall {
  return { tool: 'bash', arguments: { command } };
}

/** A transformation of commands whose every outcome is a command line. */
export function onCommand(
  name: string,
  write: (argv: ShellSeed['argv'], dice: Dice) => string,
): Transformation<ShellSeed> {
  return { name, rewrite: ({ argv }, dice) => shellCall(write(argv, dice)) };
}
