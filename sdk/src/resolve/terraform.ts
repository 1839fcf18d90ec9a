import { isAbsolute, join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { flagOf, jsonAt, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** Members of a backend's configuration that name a place. The others may be keys. */
const placeNames = [
  'hostname',
  'organization',
  'bucket',
  'storage_account_name',
  'container_name',
  'address',
  'path',
  'prefix',
  'key',
];

/** The workspace and the backend of a folder that was initialised by Terraform or OpenTofu. */
export const terraform: TargetResolver = {
  name: 'terraform',
  concerns: /\b(?:terraform|tofu|terragrunt)\b/i,
  resolve({ cwd, env, files, text }) {
    const moved = flagOf(text, '-chdir');
    const folder = moved === undefined ? cwd : isAbsolute(moved) ? moved : join(cwd, moved);
    const data = env.TF_DATA_DIR === undefined ? join(folder, '.terraform') : join(folder, env.TF_DATA_DIR);
    const json = files.read(join(data, 'terraform.tfstate'));
    const type = textOf(jsonAt(json, 'backend', 'type'));
    const chosen = textOf(env.TF_WORKSPACE) ?? textOf(files.read(join(data, 'environment')));
    if (type === undefined && chosen === undefined) return [];
    const places = placeNames.flatMap((name) => textOf(jsonAt(json, 'backend', 'config', name)) ?? []);
    const workspace = chosen ?? 'default';
    const environment = environmentIn(workspace) ?? environmentIn(places.join('/'));
    return [
      {
        system: 'terraform',
        id: `${[type ?? 'local', ...places].join('/')} workspace ${workspace}`,
        ...(environment === undefined ? {} : { environment }),
        evidence:
          chosen === undefined
            ? '.terraform/terraform.tfstate'
            : env.TF_WORKSPACE === undefined
              ? '.terraform/environment'
              : 'TF_WORKSPACE in the environment',
      },
    ];
  },
};
