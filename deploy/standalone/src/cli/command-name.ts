/**
 * The command as the reader can type it: in a clone it stands behind npm.
 *
 * - `env`: this process's environment (default)
 *
 * @example
 * process.stderr.write(`See them with: ${commandName()} keys list\n`);
 */
export function commandName(env: NodeJS.ProcessEnv = process.env): string {
  const script = env.npm_lifecycle_event;
  if (script === undefined) return 'haltwire';
  return script === 'npx' ? 'npx haltwire' : 'npm run haltwire --';
}
