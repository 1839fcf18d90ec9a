import { line, quote } from '../quote.ts';
import { onCommand } from './command.ts';

/** The command hides behind a name or in a structure of the shell. */
export const shellNamed = [
  onCommand('alias', ([program, ...rest], { pick }) => {
    const tail = rest.slice(-1);
    return pick([
      `alias zap=${quote(program)}\nzap ${line(rest)}`,
      `shopt -s expand_aliases; alias tidy=${quote(line([program, ...rest.slice(0, -1)]))}\ntidy ${line(tail)}`,
    ]);
  }),
  onCommand('function', ([program, ...rest], { pick }) =>
    pick([
      `tidy() { ${line([program, ...rest])}; }; tidy`,
      `tidy() { ${quote(program)} "$@"; }\ntidy ${line(rest)}`,
      `function tidy { ${quote(program)} $*; }; tidy ${line(rest)}`,
    ]),
  ),
  onCommand('loop', ([program, ...rest], { pick }) => {
    const [start, last] = [line([program, ...rest.slice(0, -1)]), quote(rest.at(-1) ?? '')];
    return pick([
      `for x in ${last}; do ${start} "$x"; done`,
      `while true; do ${line([program, ...rest])}; break; done`,
      `echo ${last} | while read -r x; do ${start} "$x"; done`,
    ]);
  }),
  onCommand('structure', (argv, { pick }) =>
    pick([
      `if true; then ${line(argv)}; fi`,
      `(cd /tmp && ${line(argv)})`,
      `true && { ${line(argv)}; } || echo failed`,
      `case a in a) ${line(argv)};; esac`,
      `ls; ${line(argv)} > /dev/null 2>&1 &`,
    ]),
  ),
  onCommand('trap', (argv) => `trap ${quote(line(argv))} EXIT; exit 0`),
];
