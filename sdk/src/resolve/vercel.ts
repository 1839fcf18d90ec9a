import { join } from 'node:path';
import { jsonAt, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The project that the Vercel CLI is linked to. */
export const vercel: TargetResolver = {
  name: 'vercel',
  concerns: /\b(?:vercel|vc)\b/i,
  resolve({ cwd, env, files, text }) {
    const production = /--prod\b|--target[= ]production\b/.test(text) ? { environment: 'production' } : {};
    for (const folder of files.upwards(cwd)) {
      const json = files.read(join(folder, '.vercel', 'project.json'));
      const id = textOf(jsonAt(json, 'projectName')) ?? textOf(jsonAt(json, 'projectId'));
      if (id !== undefined) return [{ system: 'vercel', id, evidence: '.vercel/project.json', ...production }];
    }
    const id = textOf(env.VERCEL_PROJECT_ID);
    const evidence = 'VERCEL_PROJECT_ID in the environment';
    return id === undefined ? [] : [{ system: 'vercel', id, evidence, ...production }];
  },
};
