import { delimiter, isAbsolute, join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { flagOf } from './settings.ts';
import type { ResolveContext, TargetResolver } from './types.ts';

/** Context, cluster and namespace of a kubeconfig. */
export const kubernetes: TargetResolver = {
  name: 'kubernetes',
  concerns: /\b(?:kubectl|helm|helmfile|kustomize|k9s|flux|argocd|skaffold|oc)\b|kubernetes|kubeconfig/i,
  resolve(context) {
    const files = configsOf(context);
    const texts = files.flatMap(({ path, shown }) => {
      const text = context.files.read(path);
      return text === undefined ? [] : [{ text, shown }];
    });
    const current = texts.flatMap(({ text, shown }) => {
      const name = matchIn(text, /^current-context:[ \t]*(.+)$/m);
      return name === undefined ? [] : [{ name, shown }];
    })[0];
    const asked = flagOf(context.text, '--context', '--kube-context');
    const name = asked ?? current?.name;
    if (name === undefined) return [];
    const entry = texts.map(({ text }) => itemOf(text, 'contexts', name)).find((item) => item !== undefined);
    const cluster = entry === undefined ? undefined : matchIn(entry, /^[ \t-]*cluster:[ \t]*(\S.*)$/m);
    const namespace =
      /\b(?:kubectl|helm|oc)\b[^|;&\n]{0,300} (?:-n|--namespace)[= ]([a-z0-9-]{1,63})\b/.exec(context.text)?.[1] ??
      (entry === undefined ? undefined : matchIn(entry, /^[ \t-]*namespace:[ \t]*(\S.*)$/m));
    const server = texts
      .map(({ text }) => (cluster === undefined ? undefined : itemOf(text, 'clusters', cluster)))
      .flatMap((item) => (item === undefined ? [] : (matchIn(item, /^[ \t-]*server:[ \t]*(\S.*)$/m) ?? [])))[0];
    const id = [name, server, namespace === undefined ? undefined : `namespace ${namespace}`].filter(Boolean).join(' ');
    const environment = environmentIn(name) ?? environmentIn(cluster) ?? environmentIn(namespace);
    return [
      {
        system: 'kubernetes',
        id,
        ...(environment === undefined ? {} : { environment }),
        evidence: asked === undefined ? `current-context in ${current?.shown}` : '--context of the call',
      },
    ];
  },
};

function configsOf({ text, cwd, home, env }: ResolveContext): { path: string; shown: string }[] {
  const asked = flagOf(text, '--kubeconfig');
  if (asked !== undefined) return [{ path: isAbsolute(asked) ? asked : join(cwd, asked), shown: asked }];
  const listed = env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  if (listed.length === 0) return [{ path: join(home, '.kube', 'config'), shown: '~/.kube/config' }];
  return listed.slice(0, 8).map((path) => ({ path: isAbsolute(path) ? path : join(cwd, path), shown: path }));
}

/** The lines of the list item with that name, in one section of a kubeconfig as every tool writes it: block YAML. */
function itemOf(text: string, section: string, name: string): string | undefined {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`${section}:`));
  if (from < 0) return undefined;
  const items: string[][] = [];
  for (const line of lines.slice(from + 1)) {
    if (/^[A-Za-z]/.test(line)) break;
    if (/^[ \t]{0,2}- /.test(line)) items.push([]);
    items.at(-1)?.push(line);
  }
  return items
    .map((item) => item.join('\n'))
    .find((item) => matchIn(item, /^(?:- | {2}| {4})name:[ \t]*(.+)$/m) === name);
}

function matchIn(text: string, pattern: RegExp): string | undefined {
  const value = pattern
    .exec(text)?.[1]
    ?.trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  return value === undefined || value === '' ? undefined : value;
}
