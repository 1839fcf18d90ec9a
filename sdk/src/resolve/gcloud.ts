import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { flagOf, iniSection, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The project of the active gcloud configuration. */
export const gcloud: TargetResolver = {
  name: 'gcloud',
  concerns: /\b(?:gcloud|gsutil|bq|firebase)\b/i,
  resolve({ home, env, files, text }) {
    const asked = flagOf(text, '--project', '--project_id');
    const folder = env.CLOUDSDK_CONFIG ?? join(home, '.config', 'gcloud');
    const active =
      flagOf(text, '--configuration') ??
      textOf(env.CLOUDSDK_ACTIVE_CONFIG_NAME) ??
      textOf(files.read(join(folder, 'active_config'))) ??
      'default';
    const settings = files.read(join(folder, 'configurations', `config_${active.replaceAll(/[^\w.-]/g, '')}`)) ?? '';
    const own = textOf(env.CLOUDSDK_CORE_PROJECT) ?? textOf(env.GOOGLE_CLOUD_PROJECT);
    const id = asked ?? own ?? textOf(iniSection(settings, 'core').get('project'));
    if (id === undefined) return [];
    const environment = environmentIn(id) ?? environmentIn(active);
    return [
      {
        system: 'gcp',
        id,
        ...(environment === undefined ? {} : { environment }),
        evidence:
          asked !== undefined
            ? '--project of the call'
            : own !== undefined
              ? 'the environment'
              : `gcloud configuration ${active}`,
      },
    ];
  },
};
