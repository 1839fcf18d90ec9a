import { line, quote } from '../quote.ts';
import { onCommand } from './command.ts';

/** A shell reads the command from somewhere. */
export const shellFed = [
  onCommand('heredoc', (argv, { pick }) => {
    const shell = pick(['bash', 'sh', 'bash -s', 'zsh']);
    return `${shell} <<${pick(["'EOF'", 'EOF', '"EOF"'])}\n${line(argv)}\nEOF`;
  }),
  onCommand('here-string', (argv, { pick }) => `${pick(['bash', 'sh'])} <<< ${quote(line(argv))}`),
  onCommand(
    'pipe to a shell',
    (argv, { pick }) => `echo ${quote(line(argv))} | ${pick(['sh', 'bash', 'bash -s', 'bash -'])}`,
  ),
  onCommand(
    'process substitution',
    (argv, { pick }) => `${pick(['bash', 'source', '.'])} <(echo ${quote(line(argv))})`,
  ),
  onCommand('script file', (argv, { pick, word }) => {
    const file = `/tmp/${word()}.sh`;
    const text = line(argv);
    return pick([
      `cat > ${file} <<'EOF'\n#!/bin/sh\n${text}\nEOF\nsh ${file}`,
      `echo ${quote(text)} > ${file} && bash ${file}`,
      `printf '%s\\n' ${quote(text)} > ${file}; chmod +x ${file}; ${file}`,
      `echo ${quote(text)} | tee ${file} && source ${file}`,
    ]);
  }),
  onCommand('eval', (argv, { pick }) =>
    pick([`eval ${quote(line(argv))}`, `eval "$(echo ${quote(line(argv))})"`, `c=${quote(line(argv))}; eval "$c"`]),
  ),
  onCommand('nested shells', (argv, { pick }) => {
    const inner = `${pick(['bash', 'sh'])} -c ${quote(line(argv))}`;
    return pick([inner, `bash -lc ${quote(inner)}`, `sh -c ${quote(`bash -c ${quote(inner)}`)}`]);
  }),
];
