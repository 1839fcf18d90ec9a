import type { ToolCall } from '../../support/front.ts';
import { doubleQuoted, line, literal, quote } from '../quote.ts';
import type { Dice, ShellSeed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';

interface Language {
  readonly name: string;
  readonly command: string;
  readonly tool: string;
  /** Programs that give the command line to a shell, or run the words. */
  readonly viaShell: (argv: readonly string[], dice: Dice) => string;
  /** Programs that remove a path themselves. */
  readonly removal: (path: string, dice: Dice) => string;
}

const languages: readonly Language[] = [
  {
    name: 'python',
    command: 'python3 -c',
    tool: 'python',
    viaShell: (argv, { pick }) =>
      pick([
        `import os; os.system(${literal(line(argv))})`,
        `import subprocess; subprocess.run(${literal(line(argv))}, shell=True)`,
        `import subprocess\nsubprocess.check_call([${argv.map(literal).join(', ')}])`,
        `import os; os.popen(${literal(line(argv))}).read()`,
        `__import__('os').system(${literal(line(argv))})`,
      ]),
    removal: (path, { pick }) =>
      pick([
        `import shutil; shutil.rmtree(${literal(path)})`,
        `from shutil import rmtree\nrmtree(${literal(path)}, ignore_errors=True)`,
        `import shutil as s\np = ${literal(path)}\ns.rmtree(p)`,
        `import os\nfor r, d, f in os.walk(${literal(path)}):\n  for x in f: os.remove(os.path.join(r, x))`,
        `from pathlib import Path\nfor p in Path(${literal(path)}).rglob('*'): p.unlink()`,
      ]),
  },
  {
    name: 'node',
    command: 'node -e',
    tool: 'run_javascript',
    viaShell: (argv, { pick }) =>
      pick([
        `require('child_process').execSync(${literal(line(argv))})`,
        `const { exec } = require('node:child_process'); exec(${literal(line(argv))})`,
        `require('child_process').spawnSync(${literal(argv[0] ?? '')}, [${argv.slice(1).map(literal).join(', ')}])`,
      ]),
    removal: (path, { pick }) =>
      pick([
        `require('fs').rmSync(${literal(path)}, { recursive: true, force: true })`,
        `const fs = require('node:fs/promises'); fs.rm(${literal(path)}, { recursive: true })`,
        `import('fs').then((fs) => fs.rmdirSync(${literal(path)}, { recursive: true }))`,
      ]),
  },
  {
    name: 'perl',
    command: 'perl -e',
    tool: 'run_perl_code',
    viaShell: (argv, { pick }) =>
      pick([`system(${literal(line(argv))})`, `exec ${argv.map(literal).join(', ')};`, `print \`${line(argv)}\`;`]),
    removal: (path, { pick }) =>
      pick([`use File::Path; rmtree(${literal(path)});`, `unlink glob ${literal(`${path}/*`)};`]),
  },
  {
    name: 'ruby',
    command: 'ruby -e',
    tool: 'run_ruby_code',
    viaShell: (argv, { pick }) =>
      pick([`system(${literal(line(argv))})`, `puts \`${line(argv)}\``, `%x(${line(argv)})`]),
    removal: (path, { pick }) =>
      pick([
        `require 'fileutils'; FileUtils.rm_rf(${literal(path)})`,
        `Dir.glob(${literal(`${path}/*`)}).each { |f| File.delete(f) }`,
      ]),
  },
];

/** As an argument of the interpreter, from a heredoc, or as a code tool's own argument. */
function deliver({ command, tool, name }: Language, code: string, { pick }: Dice): ToolCall {
  const program = command.split(' ')[0] ?? name;
  return pick([
    shellCall(`${command} ${quote(code)}`),
    shellCall(`${command} ${doubleQuoted(code)}`),
    shellCall(`${program} - <<'CODE'\n${code}\nCODE`),
    { tool, arguments: { code, language: name } },
  ]);
}

/** Interpreters that call a shell, and interpreters that do it themselves. */
export const interpreters: readonly Transformation<ShellSeed>[] = languages.flatMap((language) => [
  {
    name: `${language.name} calls a shell`,
    rewrite: ({ argv }, dice) => deliver(language, language.viaShell(argv, dice), dice),
  },
  {
    name: `${language.name} removes`,
    rewrite: ({ removes }, dice) =>
      removes === undefined ? undefined : deliver(language, language.removal(removes, dice), dice),
  },
]);
