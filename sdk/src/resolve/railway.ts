import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { jsonAt, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The project and environment that the Railway CLI is linked to. */
export const railway: TargetResolver = {
  name: 'railway',
  concerns: /\brailway\b/i,
  resolve({ cwd, home, env, files, text }) {
    const json = files.read(join(home, '.railway', 'config.json'));
    // The CLI links folders; the nearest one above counts.
    for (const folder of parentsOf(cwd)) {
      const project = textOf(jsonAt(json, 'projects', folder, 'project'));
      if (project === undefined) continue;
      const name = textOf(jsonAt(json, 'projects', folder, 'name'));
      const named =
        /\brailway\b[^|;&\n]{0,200} (?:-e|--environment)[= ]([\w-]{1,64})/.exec(text)?.[1] ??
        textOf(jsonAt(json, 'projects', folder, 'environmentName'));
      return [
        {
          system: 'railway',
          id: name === undefined ? project : `${name} (${project})`,
          ...environmentOf(named),
          evidence: '~/.railway/config.json',
        },
      ];
    }
    const id = textOf(env.RAILWAY_PROJECT_ID);
    if (id === undefined) return [];
    const named = textOf(env.RAILWAY_ENVIRONMENT_NAME) ?? textOf(env.RAILWAY_ENVIRONMENT);
    return [{ system: 'railway', id, ...environmentOf(named), evidence: 'RAILWAY_PROJECT_ID in the environment' }];
  },
};

function environmentOf(name: string | undefined): { environment?: string } {
  return name === undefined ? {} : { environment: environmentIn(name) ?? name.slice(0, 64) };
}

/** The folder and all above it, by name only: nothing is read there. */
function parentsOf(folder: string): string[] {
  const parts = folder.split('/');
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('/') || '/');
}
