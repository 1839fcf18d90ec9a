import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { jsonAt, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The machine that the Docker CLI talks to, when it is another one. */
export const docker: TargetResolver = {
  name: 'docker',
  concerns: /\bdocker(?:-compose)?\b/i,
  resolve({ home, env, files, text }) {
    const host = flagIn(text, '-H|--host') ?? textOf(env.DOCKER_HOST);
    if (host !== undefined && !/^(?:unix|npipe):/.test(host)) return [targetOf(host, undefined, 'DOCKER_HOST')];
    const folder = env.DOCKER_CONFIG ?? join(home, '.docker');
    const context =
      flagIn(text, '-c|--context') ??
      textOf(env.DOCKER_CONTEXT) ??
      textOf(jsonAt(files.read(join(folder, 'config.json')), 'currentContext'));
    if (context === undefined || context === 'default' || host !== undefined) return [];
    const digest = createHash('sha256').update(context).digest('hex');
    const meta = files.read(join(folder, 'contexts', 'meta', digest, 'meta.json'));
    const endpoint = textOf(jsonAt(meta, 'Endpoints', 'docker', 'Host'));
    if (endpoint !== undefined && /^(?:unix|npipe):/.test(endpoint)) return [];
    return [targetOf(endpoint ?? context, context, `docker context ${context}`)];
  },
};

/** A flag of docker itself, right behind its name: further on the same letters mean something else. */
function flagIn(text: string, names: string): string | undefined {
  return new RegExp(`\\bdocker (?:${names})[= ]([^\\s"'$]{1,200})`).exec(text)?.[1];
}

function targetOf(id: string, context: string | undefined, evidence: string) {
  const environment = environmentIn(context) ?? environmentIn(id);
  return { system: 'docker', id, ...(environment === undefined ? {} : { environment }), evidence };
}
