import { styleText } from 'node:util';
import type { HoldView } from '@haltwire/schemas';
import { oneLine, wrap } from '../terminal/text.ts';

/**
 * All that a question asks about, uncut: printed before a person approves it. A row of the panel holds the beginning of a
 * command only, and what matters may stand at its end.
 */
export function briefOf(hold: HoldView, width: number): string[] {
  const inner = Math.max(20, width - 4);
  const indented = (text: string) => wrap(oneLine(text), inner).map((line) => `    ${line}`);
  return [
    styleText('bold', '  You are asked to approve:'),
    ...hold.shown.split('\n').flatMap(indented),
    styleText('bold', '  because:'),
    ...[hold.title, ...hold.findings.map(({ sentence }) => sentence)].flatMap(indented),
  ];
}
