import { forEachChild, type Statement, type SyntaxNode } from 'unbash';
import type { Shell } from './state.ts';

/** `f() { f | f & }`, `while true; do x & done`: fills the machine with processes. */
export function noteForkBomb(node: SyntaxNode, shell: Shell): void {
  const name = node.type === 'Function' ? node.name.value : undefined;
  if (node.type !== 'While' && name === undefined) return;
  const endless = node.type !== 'While' || isConstant(node.clause);
  const spawns = node.type === 'While' ? node.body.commands.some(isBackground) : callsItselfTwice(node, name ?? '');
  if (!endless || !spawns) return;
  const evidence = `shell: ${shell.trail}endless copies of itself`;
  const harm = { scope: 'all', destructiveness: 0.7, reversibility: 'recoverable' } as const;
  shell.findings.add({ verb: 'update', resource: 'machine', system: 'process', ...harm, evidence });
}

function isBackground(statement: Statement): boolean {
  return statement.background === true;
}

function isConstant(clause: { readonly commands: readonly Statement[] }): boolean {
  const [only, ...more] = clause.commands;
  const command = only?.command;
  return (
    more.length === 0 && command?.type === 'Command' && /(?:^|\/)(?:true|false|:)$/.test(command.name?.value ?? '')
  );
}

/** Looks at the body's first pipelines only. */
function callsItselfTwice(node: SyntaxNode, name: string): boolean {
  let calls = 0;
  let seen = 0;
  const look = (child: SyntaxNode): void => {
    if (++seen > 60) return;
    if (child.type === 'Command' && child.name?.value === name) calls++;
    if (child.type !== 'Word') forEachChild(child, look);
  };
  forEachChild(node, look);
  return calls >= 2;
}
