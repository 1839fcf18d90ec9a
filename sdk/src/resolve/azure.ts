import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { flagOf, jsonAt, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The subscription that the Azure CLI works on. */
export const azure: TargetResolver = {
  name: 'azure',
  concerns: /\b(?:az|azd|func)\b/,
  resolve({ home, env, files, text }) {
    const asked = flagOf(text, '--subscription');
    const json = files.read(join(env.AZURE_CONFIG_DIR ?? join(home, '.azure'), 'azureProfile.json'));
    const listed = jsonAt(json, 'subscriptions');
    const all = Array.isArray(listed) ? listed.map((one) => JSON.stringify(one)) : [];
    const found = all.find((one) => {
      if (asked === undefined) return jsonAt(one, 'isDefault') === true;
      return jsonAt(one, 'id') === asked || jsonAt(one, 'name') === asked;
    });
    const id = textOf(jsonAt(found, 'id')) ?? asked;
    if (id === undefined) return [];
    const name = textOf(jsonAt(found, 'name'));
    const environment = environmentIn(name ?? asked);
    return [
      {
        system: 'azure',
        id: name === undefined ? id : `${name} (${id})`,
        ...(environment === undefined ? {} : { environment }),
        evidence: asked === undefined ? '~/.azure/azureProfile.json' : '--subscription of the call',
      },
    ];
  },
};
