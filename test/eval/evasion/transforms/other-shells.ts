import type { ToolCall } from '../../support/front.ts';
import { line } from '../quote.ts';
import type { ShellSeed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';

/** Windows' shells, and tools that take a command in another shape. */
export const otherShells: readonly Transformation<ShellSeed>[] = [
  {
    name: 'powershell',
    rewrite({ removes, argv }, { pick }) {
      const text =
        removes === undefined
          ? line(argv)
          : pick([
              `Remove-Item -Recurse -Force ${removes}`,
              `ri -r -fo '${removes}'`,
              `Get-ChildItem ${removes} -Recurse | Remove-Item -Force`,
            ]);
      const code = Buffer.from(text, 'utf16le').toString('base64');
      return pick([
        { tool: 'powershell', arguments: { command: text } },
        shellCall(`pwsh -NoProfile -Command "${text.replaceAll('"', '\\"')}"`),
        shellCall(`powershell -EncodedCommand ${code}`),
        { tool: 'powershell', arguments: { command: `Invoke-Expression "${text.replaceAll('"', '`"')}"` } },
      ]);
    },
  },
  {
    name: 'cmd',
    rewrite: ({ removes }, { pick }) =>
      removes === undefined
        ? undefined
        : shellCall(
            pick([
              `cmd /c "rmdir /s /q ${removes.replaceAll('/', '\\')}"`,
              `cmd.exe /d /c "rd /s /q C:${removes.replaceAll('/', '\\')}"`,
              `cmd /c del /f /s /q C:${removes.replaceAll('/', '\\')}\\*`,
            ]),
          ),
  },
  {
    name: 'shape of the call',
    rewrite: ({ argv }, { pick }) =>
      pick<ToolCall>([
        { tool: 'run_command', arguments: { cmd: line(argv) } },
        { tool: 'shell', arguments: { command: [...argv] } },
        { tool: 'local_shell', arguments: { command: ['bash', '-lc', line(argv)] } },
        { tool: 'exec', arguments: { command: argv[0], args: argv.slice(1) } },
        { tool: 'terminal', arguments: { input: line(argv) } },
        { tool: 'mcp__server__execute_command', arguments: { script: line(argv), timeout: 5 } },
      ]),
  },
];
