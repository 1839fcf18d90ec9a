import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { database } from './database.ts';
import { docker } from './docker.ts';
import { cachedFiles } from './files.ts';
import { gcloud } from './gcloud.ts';
import { git } from './git.ts';
import { kubernetes } from './kubernetes.ts';
import { railway } from './railway.ts';
import { supabase } from './supabase.ts';
import { terraform } from './terraform.ts';
import type { ResolvedTarget, TargetQuery, TargetResolver } from './types.ts';
import { vercel } from './vercel.ts';

/** Every resolver. To read one more kind of target: one more file and one more line here. */
export const resolvers: readonly TargetResolver[] = [
  database,
  supabase,
  vercel,
  railway,
  kubernetes,
  terraform,
  aws,
  gcloud,
  azure,
  docker,
  git,
];

/** Characters of a call's texts that are looked at. */
const MAX_TEXT = 65_536;

/** Options of `ambientTargets`. */
export interface AmbientOptions {
  /** Resolvers to use. Default: all of `resolvers`. */
  readonly resolvers?: readonly TargetResolver[] | undefined;
  /** Folder of the user's own settings. Default: the environment's `HOME`, else the system's. */
  readonly home?: string | undefined;
}

/**
 * Makes the function for `createHaltwire({ resolveTargets })` that reads what a command's text leaves out: the database
 * behind `DATABASE_URL`, the cluster of a kubeconfig, the linked project, the cloud account, the remote of a repository.
 *
 * It reads named files only, of at most 256 KiB, in the working directory and its parents up to the repository's root, and
 * in the home folder; it runs nothing and never throws. Files are read again only when they changed.
 *
 * @param options.resolvers [all]
 * @param options.home [HOME]
 * @example
 * const haltwire = createHaltwire({ resolveTargets: ambientTargets() });
 */
export function ambientTargets(options: AmbientOptions = {}): (query: TargetQuery) => ResolvedTarget[] {
  const files = cachedFiles();
  const chosen = options.resolvers ?? resolvers;
  return ({ tool, arguments: args, cwd, env }) => {
    const text = [tool, ...textsOf(args)].join('\n').slice(0, MAX_TEXT);
    const home = options.home ?? env.HOME ?? homedir();
    const context = { text, cwd: folderOf(text, cwd, home), home, env, files };
    return chosen.flatMap((resolver) => {
      if (!resolver.concerns.test(text)) return [];
      try {
        return resolver.resolve(context).map((target) => ({ resolver: resolver.name, ...target }));
      } catch {
        return [];
      }
    });
  };
}

function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && texts.length < 1000) {
    const next = open.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null) open.push(...Object.values(next).reverse());
  }
  return texts;
}

/** The folder that the command works in: a `cd` at its beginning is followed. */
function folderOf(text: string, cwd: string, home: string): string {
  const [, quoted, bare] = /(?:^|\n)\s*cd\s+(?:["']([^"'$`]+)["']|([^\s;&|"'$`]+))\s*(?:&&|;|\n)/.exec(text) ?? [];
  const folder = quoted ?? bare;
  if (folder === undefined) return cwd;
  if (folder === '~' || folder.startsWith('~/')) return join(home, folder.slice(1));
  return isAbsolute(folder) ? folder : resolve(cwd, folder);
}
