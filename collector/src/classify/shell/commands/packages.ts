import { classifyCode } from '../../code/classify-code.ts';
import { add, type Call, credentialOf, type Handler, valuesOf } from '../call.ts';
import { optionValue, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { noteReset } from './migrations.ts';

const PUBLISHES = /^(?:publish|upload|push|deploy)$/;
const REMOVES = /^(?:uninstall|remove|rm|un|r|purge|autoremove|unpublish|deprecate|yank|erase|prune)$/;
const READS =
  /^(?:list|ls|view|show|info|search|outdated|audit|why|help|version|check|freeze|config|doctor|explain|tree|metadata|query|policy|home|-v|--version)$/;
/** Names of scripts that programs bear as well. */
const SCRIPTS =
  /^(?:build|test|start|dev|lint|format|clean|watch|serve|install|make|run|time|script|sort|date|file|type|at|set|link)$/;
const INSTALLS = /^(?:install|i|ci|add|update|upgrade|sync|get|restore|fetch|download|link|init|create|new|lock)$/;

/** Managers whose options say what is done: `dpkg --purge x`, `pacman -Rns x`. */
const REMOVING_OPTION = /^(?:--purge|--remove|-[rP]|-R\w*|--erase|-e)$/;

function manager(system: string): Handler {
  return (call) => {
    if (/^(?:dpkg|pacman|rpm|zypper)$/.test(call.name) && call.args.some(({ value }) => REMOVING_OPTION.test(value))) {
      const target = { id: call.args.at(-1)?.value ?? '' };
      const harm = { destructiveness: 0.5, reversibility: 'recoverable' } as const;
      return add(call, { verb: 'delete', resource: 'package', system, target, ...harm });
    }
    const options = readOptions(call.args, { valued: 'Cr', long: ['prefix', 'filter', 'registry', 'workspace'] });
    const [name = '', ...rest] = options.operands.map(({ value }) => value);
    const target = { id: rest.slice(0, 4).join(' ') };
    const common = { system, target, credentialRef: credentialOf(call) };
    if (/^(?:exec|x|dlx)$/.test(name)) return runWrapped(call, options.operands.slice(1));
    if (name === 'unpublish' || name === 'yank')
      return add(call, {
        ...common,
        verb: 'delete',
        resource: 'package',
        destructiveness: 0.9,
        reversibility: 'irreversible',
      });
    if (PUBLISHES.test(name))
      return add(call, { ...common, verb: 'publish', resource: 'package', destructiveness: 0.5 });
    if (call.args.some(({ value }) => /^--dry-?run$/.test(value)) && !PUBLISHES.test(name))
      return add(call, { ...common, verb: 'read', resource: 'package', confidence: 0.8 });
    if (
      /^(?:clean|cleanup|clear|cache)$/.test(name) &&
      (name !== 'cache' || /^(?:clean|purge|clear|remove|rm|prune|delete)/.test(rest[0] ?? ''))
    )
      return add(call, { ...common, verb: 'delete', resource: 'cache', scope: 'many' });
    if (REMOVES.test(name))
      return add(call, {
        ...common,
        verb: 'delete',
        resource: 'package',
        destructiveness: 0.3,
        reversibility: 'recoverable',
      });
    if (READS.test(name) || name === '')
      return add(call, { ...common, verb: 'read', resource: 'package', confidence: 0.9 });
    if (INSTALLS.test(name)) return add(call, { ...common, verb: 'create', resource: 'package', confidence: 0.8 });
    // `pnpm prisma …` runs a program, `npm run db:reset` a script of the project.
    const run = /^(?:run|run-script|rum|task)$/.test(name);
    const script = run ? (rest[0] ?? '') : name;
    const given = call.args.findIndex(({ value }) => value === script);
    const words = call.args.slice(given).filter(({ value }) => value !== '--');
    if (given !== -1 && !SCRIPTS.test(script) && call.shell.programs.has(script)) return runWrapped(call, words);
    if (noteReset(call, system, valuesOf(words))) return;
    add(call, { ...common, verb: 'execute', resource: 'script', confidence: 0.6 });
  };
}

/** `pip`, `python -m pip`. */
export function pip(call: Call): void {
  manager('pip')(call);
}

/** Package managers. */
export const packages: CommandTable = {
  npm: manager('npm'),
  pnpm: manager('npm'),
  yarn: manager('npm'),
  bun: (call) => {
    const code = optionValue(
      readOptions(call.args, { valued: 'ep', long: ['eval', 'print'] }),
      'e',
      'eval',
      'p',
      'print',
    );
    return code === undefined ? manager('npm')(call) : classifyCode(call, code.value);
  },
  npx: (call) => runWrapped(call, readOptions(call.args, { valued: 'pc', stopAtOperand: true }).operands),
  bunx: (call) => runWrapped(call, readOptions(call.args, { stopAtOperand: true }).operands),
  ...each('pip pip3 pipx uv poetry conda mamba pdm hatch twine', pip),
  cargo: manager('cargo'),
  go: manager('go'),
  gem: manager('gem'),
  bundle: manager('gem'),
  composer: manager('composer'),
  dotnet: manager('dotnet'),
  nuget: manager('dotnet'),
  mvn: manager('maven'),
  gradle: manager('gradle'),
  ...each('apt apt-get aptitude dpkg yum dnf apk pacman zypper brew snap flatpak port', manager('os-packages')),
};
