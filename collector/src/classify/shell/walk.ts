import {
  type Command,
  type CommandNode,
  type For,
  forEachChild,
  type ParsedScript,
  type Pipeline,
  parse,
  type Redirection,
  type Select,
  type Statement,
  type SyntaxNode,
} from 'unbash';
import { classifyCode } from '../code/classify-code.ts';
import { LIMITS } from '../config.ts';
import { noteForkBomb } from './endless.ts';
import { expandToText, expandWord, type OnScript } from './expand.ts';
import { listsNarrowly, stageWords } from './narrow.ts';
import { noteRedirects } from './redirects.ts';
import { runCommand } from './run.ts';
import { type Argument, type Input, literal, NO_INPUT, nested, type Shell } from './state.ts';
import { commandOutput, inputText } from './static-output.ts';
import { noteSteering } from './steering.ts';
import { isTooMuch } from './structure.ts';
import { keepText, noteWritten, writtenText } from './written.ts';

/** A call of a method, as code is written. */
const CODE_CALL = /^\s*[A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}){1,8}\(/;

/** Walks shell source: every command that it would run, in order. */
export function walkSource(source: string, shell: Shell): void {
  if (shell.depth >= LIMITS.depth) {
    shell.findings.unread('shell nested deeper than is walked');
    return;
  }
  if (source.length > LIMITS.shellText) {
    shell.findings.unread('a shell text longer than is parsed');
    return;
  }
  if (!shell.findings.spendText(source.length)) return;
  if (isTooMuch(source)) {
    shell.findings.unread('a shell text of more structure than is parsed');
    return;
  }
  // A leading operator is what is left of a longer line: the rest would still run.
  const script = parse(source.replace(/^[\s&|;]+/, ''));
  if (script.errors !== undefined && script.errors.length > 0) {
    shell.findings.unclear(`shell that does not parse: ${script.errors[0]?.message}`);
    const evidence = `shell: ${shell.trail}does not parse`;
    shell.findings.add({ verb: 'unknown', resource: 'program', system: 'shell', evidence, confidence: 0.3 });
    // `client.customer.delete('x')`: a console of another language is a shell to its agent.
    if (shell.depth === 0 && CODE_CALL.test(source))
      classifyCode(
        { name: 'console', args: [], shell, findings: shell.findings, input: NO_INPUT, environment: [] },
        source,
      );
  }
  walkStatements(script.commands, shell);
}

function walkStatements(statements: readonly Statement[], shell: Shell): void {
  for (const statement of statements) {
    if (shell.findings.stopped) return;
    walkNode(statement.command, shell, NO_INPUT);
  }
}

/** Walks a script inside a word: a substitution runs in a subshell. */
function scriptWalker(shell: Shell): OnScript {
  return (script: ParsedScript) => {
    if (shell.findings.stopped || !shell.findings.spendNode()) return;
    if (shell.depth >= LIMITS.depth) return shell.findings.unread('shell nested deeper than is walked');
    if (script.errors !== undefined && script.errors.length > 0) shell.findings.unclear('shell that does not parse');
    walkStatements(script.commands, nested(shell, { depth: shell.depth + 1, trail: `${shell.trail}$() > ` }));
  };
}

/** Walks one node. Conditions count as taken: both branches may run. */
export function walkNode(node: SyntaxNode, shell: Shell, input: Input): void {
  if (!shell.findings.spendNode()) return;
  switch (node.type) {
    case 'Command':
      walkCommand(node, shell, input);
      return;
    case 'Pipeline':
      walkPipeline(node, shell, input);
      return;
    case 'AndOr':
      for (const part of node.commands) walkNode(part, shell, input);
      return;
    case 'Redirected':
      noteRedirects(node.redirects, shell, scriptWalker(shell));
      walkNode(node.command, shell, redirected(node.redirects, shell, input));
      return;
    case 'Subshell':
      walkStatements(node.body.commands, nested(shell));
      return;
    case 'Function':
      shell.functions.set(node.name.value, node);
      noteForkBomb(node, shell);
      return;
    case 'For':
    case 'Select':
      walkLoop(node, shell);
      return;
    default:
      walkChildren(node, shell, input);
      return;
  }
}

/** Every other node by its children, in source order; words may hold scripts. */
function walkChildren(node: SyntaxNode, shell: Shell, input: Input): void {
  if (node.type === 'While') noteForkBomb(node, shell);
  const inner =
    node.type === 'While' || node.type === 'ArithmeticFor'
      ? { ...shell, repeated: true, narrow: input.narrow ?? shell.narrow }
      : shell;
  forEachChild(node, (child) => {
    if (child.type === 'Statement') walkNode(child.command, inner, input);
    else if (child.type === 'Word') expandWord(child, inner, scriptWalker(inner));
    else if (child.type.startsWith('Arithmetic') || child.type.startsWith('Test')) walkChildren(child, inner, input);
    else if (isWalked(child)) walkNode(child, inner, input);
  });
}

const walked: ReadonlySet<string> = new Set([
  'CompoundList',
  'CaseItem',
  'Elif',
  'Command',
  'Pipeline',
  'AndOr',
  'Redirected',
  'Subshell',
  'BraceGroup',
  'If',
  'For',
  'Select',
  'While',
  'Case',
  'TestCommand',
  'ArithmeticCommand',
  'ArithmeticFor',
  'Function',
  'Coproc',
]);

function isWalked(node: SyntaxNode): boolean {
  return walked.has(node.type);
}

/** A pattern whose last part names something: `*.log`, `test_*`. */
function namesPart(pattern: string): boolean {
  return /[\w.-]{2}/.test(pattern.slice(pattern.lastIndexOf('/') + 1));
}

/** A loop over literal items is walked once for each; over anything else, once, as repeated. */
function walkLoop(node: For | Select, shell: Shell): void {
  const items = (node.wordlist ?? []).flatMap((word) => expandWord(word, shell, scriptWalker(shell)));
  const literalItems =
    items.length > 0 && items.length <= LIMITS.loopItems && items.every((item) => item.known && !item.glob);
  for (const item of literalItems ? items : items.slice(0, 1)) {
    shell.variables.set(node.name.value, { value: item.value, known: literalItems });
    const narrow = items.some((item) => item.narrow === true || (item.glob && namesPart(item.value)));
    walkStatements(node.body.commands, literalItems ? shell : { ...shell, repeated: true, narrow });
  }
  if (items.length === 0) walkStatements(node.body.commands, { ...shell, repeated: true });
}

/** Each stage may read what the one before prints. */
function walkPipeline(node: Pipeline, shell: Shell, input: Input): void {
  let stdin = input;
  for (const stage of node.commands) {
    if (shell.findings.stopped || !shell.findings.spendNode()) return;
    walkNode(stage, node.commands.length > 1 ? nested(shell) : shell, stdin);
    const readable = stdin.from === undefined || stdin.text !== undefined;
    const from = stageName(stage);
    const narrow = FILTERS.test(from) ? stdin.narrow : listsNarrowly(stageWords(stage));
    stdin = { text: readable ? commandOutput(stage, stdin.text, shell) : undefined, from, narrow };
  }
}

/** Stages that pass on some of what they read. */
const FILTERS = /^(?:grep|egrep|head|tail|sort|uniq|awk|sed|cut|tr|xargs|tee|cat)$/;

function stageName(node: CommandNode): string {
  return node.type === 'Command' ? (node.name?.value ?? 'assignment') : node.type;
}

function redirected(redirects: readonly Redirection[], shell: Shell, input: Input): Input {
  const text = inputText(redirects, shell);
  if (text !== undefined) return { text, from: 'heredoc' };
  const file = redirects.find((redirect) => redirect.type === 'Redirect' && /^<&?$/.test(redirect.operator));
  if (file?.type !== 'Redirect' || file.target === undefined) return input;
  const from = expandToText(file.target, shell, () => {});
  const descriptor = file.operator === '<&';
  const known = writtenText(shell, descriptor ? { ...from, value: `/dev/fd/${from.value}` } : from);
  return { text: known, from: 'a file' };
}

function walkCommand(node: Command, shell: Shell, input: Input): void {
  const onScript = scriptWalker(shell);
  const assigned = assignments(node, shell, onScript);
  const alone = node.name === undefined || node.name.value === ':' || node.name.value === 'true' || readsNothing(node);
  noteRedirects(node.redirects, shell, onScript, alone);
  if (node.redirects.length > 0) keepWritten(node, shell, input);
  if (node.name === undefined) {
    for (const [name, value] of assigned) {
      if (!shell.variables.has(`readonly ${name}`)) shell.variables.set(name, value);
      noteSteering(shell, name, value.value, walkSource);
    }
    return;
  }
  const given = node.args.length > LIMITS.words ? node.args.slice(0, LIMITS.words) : node.args;
  const args = given.flatMap((word) =>
    word.type === 'Word' ? expandWord(word, shell, onScript) : [assignmentArgument(word, shell, onScript)],
  );
  const words = [...expandWord(node.name, shell, onScript), ...args.slice(0, LIMITS.words)];
  if (args.length > LIMITS.words || node.args.length > LIMITS.words)
    shell.findings.unread('a command with more words than are read');
  for (const [name, { value }] of assigned) noteSteering(shell, name, value, walkSource);
  const environment = [...assigned].map(([name, { value }]) => `${name}=${value}`);
  runCommand({ words, shell, environment, input: redirected(node.redirects, shell, input) });
}

/** Remembers what a command prints into a file, and what `exec 3<<<text` puts on a descriptor. */
function keepWritten(node: Command, shell: Shell, input: Input): void {
  let printed: string | undefined;
  for (const redirect of node.redirects.slice(-4)) {
    if (redirect.type !== 'Redirect') {
      const { descriptor } = redirect;
      const text = descriptor === undefined ? undefined : inputText([redirect], shell);
      if (text === undefined || descriptor === undefined) continue;
      const name = descriptor.type === 'FileDescriptor' ? String(descriptor.value) : `v${descriptor.name}`;
      if (descriptor.type !== 'FileDescriptor') shell.variables.set(descriptor.name, { value: name, known: true });
      keepText(shell, `/dev/fd/${name}`, text);
    } else if (/^(?:>>?|>\||&>>?)$/.test(redirect.operator) && redirect.target !== undefined) {
      printed ??= commandOutput(node, input.text, shell, true);
      if (printed === undefined) return;
      const file = expandToText(redirect.target, shell, () => {});
      noteWritten(
        shell,
        file,
        node.name?.value === 'echo' ? `${printed}\n` : printed,
        redirect.operator.endsWith('>>'),
      );
    }
  }
}

/** `cat /dev/null > file`. */
function readsNothing(node: Command): boolean {
  if (node.name?.value !== 'cat' || node.args.length !== 1) return false;
  const [only] = node.args;
  return only?.type === 'Word' && only.value === '/dev/null';
}

type Assigned = Map<string, { value: string; known: boolean }>;

function assignments(node: Command, shell: Shell, onScript: OnScript): Assigned {
  const assigned: Assigned = new Map();
  if (node.prefix.length > LIMITS.operands) shell.findings.unread('more assignments than are read');
  for (const prefix of node.prefix.slice(0, LIMITS.operands)) {
    if (prefix.type !== 'Assignment') continue;
    const { value, known } = assignmentValue(prefix.value, shell, onScript);
    const before = prefix.append === true ? (shell.variables.get(prefix.name)?.value ?? '') : '';
    assigned.set(prefix.name, {
      value: (before + value).slice(0, LIMITS.variable),
      known: known && prefix.index === undefined,
    });
  }
  return assigned;
}

function assignmentValue(
  value: Extract<Command['prefix'][number], { type: 'Assignment' }>['value'],
  shell: Shell,
  onScript: OnScript,
): Argument {
  if (value.type === 'Word') return expandToText(value, shell, onScript);
  const items = value.elements.map((word) => expandToText(word, shell, onScript));
  return { value: items.map((item) => item.value).join(' '), known: items.every((item) => item.known), glob: false };
}

/** `export A=b`, `declare X=$(…)`: an assignment that is an argument. */
function assignmentArgument(
  word: Extract<Command['args'][number], { type: 'Assignment' }>,
  shell: Shell,
  onScript: OnScript,
): Argument {
  const { value, known } = assignmentValue(word.value, shell, onScript);
  noteSteering(shell, word.name, value, walkSource);
  return { ...literal(`${word.name}=${value}`), known };
}
