import { add, type Call } from './call.ts';
import type { Shell } from './state.ts';

/** Variables that make another program do what the command does not show. */
const STEERS =
  /^(?:LD_\w+|DYLD_\w+|PATH|BASH_ENV|ENV|PROMPT_COMMAND|PS4|SHELLOPTS|BASHOPTS|\w*PAGER|LESSOPEN|LESSCLOSE|\w*EDITOR|VISUAL|BROWSER|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PROXY_COMMAND|ASKPASS|EXEC_PATH|TEMPLATE_DIR|CONFIG\w*)|SSH_ASKPASS|NODE_OPTIONS|NODE_PATH|PYTHON(?:STARTUP|PATH|HOME|BREAKPOINT)|PERL5(?:OPT|LIB|DB)|RUBY(?:OPT|LIB)|JAVA_TOOL_OPTIONS|RIPGREP_CONFIG_PATH)$/;
/** Those whose value is a command line. */
const HOLDS_COMMAND = /(?:COMMAND|PAGER|EDITOR|VISUAL|BROWSER|GIT_SSH|EXTERNAL_DIFF|PS4)$/;

/** A variable is set that decides what other programs run: the command is more than it shows. */
export function noteSteering(
  shell: Shell,
  name: string,
  value: string,
  walk: (source: string, shell: Shell) => void,
): void {
  if (!STEERS.test(name)) return;
  const { findings, trail } = shell;
  findings.add({
    verb: 'execute',
    resource: 'program',
    system: 'shell',
    evidence: `shell: ${trail}${name}=`,
    confidence: 0.5,
  });
  // Everybody extends PATH; that alone is no cause for concern.
  if (name !== 'PATH') findings.unclear(`${name} decides what else runs`);
  if (HOLDS_COMMAND.test(name)) walk(value, { ...shell, depth: shell.depth + 1, trail: `${trail}${name}= > ` });
}

/** Options by which programs that read start another program. */
const SPAWNS: ReadonlyMap<string, RegExp> = new Map([
  ['git', /^(?:-O.|--open-files-in-pager|--upload-pack|--receive-pack|--ext-diff)/],
  ['man', /^(?:-[A-Za-z]*[PH]|--pager|--html)/],
  ['less', /^(?:\+|--lesskey|-k)/],
  ['more', /^\+/],
  ['sort', /^--compress-program/],
]);

/** A reading program is told to start another one. */
export function noteSpawned(call: Call): void {
  const spawns = SPAWNS.get(call.name);
  const option = spawns === undefined ? undefined : call.args.find(({ value }) => spawns.test(value));
  if (option === undefined) return;
  call.findings.unclear(`${call.name} starts another program: ${option.value.slice(0, 80)}`);
  add(call, { verb: 'execute', resource: 'program', system: 'shell', note: option.value, confidence: 0.5 });
}
