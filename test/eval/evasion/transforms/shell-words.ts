import { doubleQuoted, line, quote } from '../quote.ts';
import { onCommand } from './command.ts';

/** The same words, spelt differently. */
export const shellWords = [
  onCommand('quoting', (argv, { pick }) => argv.map((word) => pick([doubleQuoted, single, quote])(word)).join(' ')),
  onCommand('concatenated quotes', ([program, ...rest], { pick }) => {
    const [head, tail] = [program.slice(0, 1), program.slice(1)];
    const spelt = pick([`${head}''${tail}`, `'${head}'"${tail}"`, `${head}\\${tail}`, `"${head}"${tail}`]);
    return `${spelt} ${line(rest)}`;
  }),
  onCommand('ANSI-C quotes', ([program, ...rest], { chance }) => {
    const code = (text: string): string => [...text].map((char) => `\\x${char.charCodeAt(0).toString(16)}`).join('');
    return `$'${code(program)}' ${chance(0.5) ? line(rest) : rest.map((word) => `$'${code(word)}'`).join(' ')}`;
  }),
  onCommand('variables', ([program, ...rest], { pick }) =>
    pick([
      `c=${quote(program)}; $c ${line(rest)}`,
      `c=${quote(program)}; a=${doubleQuoted(rest[0] ?? '')}; "$c" "$a" ${line(rest.slice(1))}`,
      `x=${quote(program.slice(0, 1))}; y=${quote(program.slice(1))}; $x$y ${line(rest)}`,
      `export CMD=${quote(program)} && \${CMD} ${line(rest)}`,
    ]),
  ),
  onCommand(
    'defaults',
    ([program, ...rest], { pick }) =>
      `${pick([`\${x:-${program}}`, `\${x-${program}}`, `\${UNSET_NAME:=${program}}`])} ${line(rest)}`,
  ),
  onCommand('array', (argv) => `a=(${line(argv)}); "\${a[@]}"`),
  onCommand('IFS', (argv, { pick }) => argv.map(quote).join(pick([`\${IFS}`, '$IFS$9']))),
  onCommand('braces', (argv) => `{${argv.map((word) => quote(word).replaceAll(',', '\\,')).join(',')}}`),
  onCommand(
    'command substitution',
    ([program, ...rest], { pick }) =>
      `${pick([`$(echo ${program})`, `\`echo ${program}\``, `$(printf %s ${program})`])} ${line(rest)}`,
  ),
  onCommand('printf escapes', ([program, ...rest], { pick }) => {
    const octal = [...program].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).join('');
    const hex = [...program].map((char) => `\\x${char.charCodeAt(0).toString(16)}`).join('');
    return `$(${pick([`printf '${octal}'`, `printf '${hex}'`, `echo -e '${hex}'`])}) ${line(rest)}`;
  }),
  onCommand('path of the program', (argv, { pick }) =>
    pick([`/usr/bin/${line(argv)}`, `command ${line(argv)}`, `\\${line(argv)}`, `builtin command ${line(argv)}`]),
  ),
];

function single(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
