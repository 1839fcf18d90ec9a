import { join } from 'node:path';
import { textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The project that the Supabase CLI is linked to. */
export const supabase: TargetResolver = {
  name: 'supabase',
  concerns: /\bsupabase\b/i,
  resolve({ cwd, env, files, text }) {
    // Without these the CLI works on the local stack.
    const local = /--local\b|\bsupabase (?:start|stop|status|init)\b/.test(text);
    if (local) return [];
    for (const folder of files.upwards(cwd)) {
      const id = textOf(files.read(join(folder, 'supabase', '.temp', 'project-ref')));
      if (id !== undefined) return [{ system: 'supabase', id, evidence: 'supabase/.temp/project-ref' }];
    }
    const id = textOf(env.SUPABASE_PROJECT_ID);
    return id === undefined ? [] : [{ system: 'supabase', id, evidence: 'SUPABASE_PROJECT_ID in the environment' }];
  },
};
