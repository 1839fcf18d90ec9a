import { add, type Call, credentialOf, type Handler, valuesOf } from '../call.ts';
import { has, optionValue, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { classifySubcommands } from './vendor-cli.ts';

const dockerValued = [
  'host',
  'context',
  'file',
  'project-name',
  'filter',
  'format',
  'timeout',
  'env',
  'volume',
  'name',
  'user',
  'workdir',
  'network',
];

const docker: Handler = (call) => {
  const composed = /-compose$/.test(call.name) || call.args.some(({ value }) => value === 'compose');
  // `-f` is a file to compose, and force to everything else.
  const options = readOptions(call.args, { valued: composed ? 'Hfp' : 'H', long: dockerValued });
  const words = options.operands.map(({ value }) => value);
  const [first = '', second = ''] = withoutPrefix(words);
  const common = { system: 'docker', credentialRef: credentialOf(call) };
  if (/^(?:exec|run)$/.test(first)) return runsInside(call, first);
  if (second === 'prune') {
    const everything = has(options, 'a', 'all', 'volumes');
    const resource =
      first === 'volume' || has(options, 'volumes') ? 'volume' : first === 'system' ? 'container' : first;
    return add(call, {
      ...common,
      verb: 'delete',
      resource,
      scope: 'all',
      destructiveness: resource === 'volume' ? 1 : everything ? 0.4 : 0.3,
      reversibility: resource === 'volume' ? 'irreversible' : 'recoverable',
    });
  }
  if (first === 'down') {
    const loses = has(options, 'v', 'volumes');
    return add(call, {
      ...common,
      verb: 'delete',
      resource: loses ? 'volume' : 'container',
      scope: 'many',
      ...(loses ? {} : { destructiveness: 0.3 }),
    });
  }
  const nested = /^(?:volume|image|container|network|secret|config|stack|swarm|node|service|context|builder)$/.test(
    first,
  );
  if (/^(?:rm|rmi|kill|stop)$/.test(first) && !nested) {
    const resource = first === 'rmi' ? 'image' : 'container';
    return add(call, {
      ...common,
      verb: first === 'stop' ? 'update' : 'delete',
      resource,
      target: { id: words.slice(1, 5).join(',') },
      scope: words.length > 2 || /\$\(|\*/.test(words.join(' ')) ? 'many' : 'one',
      destructiveness: has(options, 'v', 'volumes') ? 0.8 : 0.5,
      ...(resource === 'container' || has(options, 'v', 'volumes') ? {} : { reversibility: 'recoverable' as const }),
    });
  }
  if (/^(?:ps|images|logs|inspect|version|info|top|stats|port|diff|history|events|search|ls|config)$/.test(first)) {
    return add(call, { ...common, verb: 'read', resource: 'container', confidence: 0.9 });
  }
  classifySubcommands(call, 'docker', words, options);
};

/** Compose is `docker compose …` or a program of its own. */
function withoutPrefix(words: readonly string[]): readonly string[] {
  return words[0] === 'compose' || words[0] === 'container' ? words.slice(1) : words;
}

/** `docker exec c cmd`, `kubectl exec p -- cmd`: the command runs in another file system. */
function runsInside(call: Call, kind: string): void {
  const at = call.args.findIndex(({ value }) => value === kind);
  const inner = readOptions(call.args.slice(at + 1), {
    valued: 'evuwphlmcn',
    long: [
      ...dockerValued,
      'entrypoint',
      'mount',
      'publish',
      'platform',
      'gpus',
      'memory',
      'cpus',
      'env-file',
      'add-host',
      'namespace',
      'container',
      'image',
    ],
    stopAtOperand: true,
  });
  const [where, ...command] = inner.operands;
  const mounts = [
    ...(inner.values.get('v') ?? []),
    ...(inner.values.get('volume') ?? []),
    ...(inner.values.get('mount') ?? []),
  ];
  const rootMount = mounts.some(({ value }) =>
    /^(?:\/|~|\/etc|\/home|\/root|\/var\/run\/docker\.sock):|source=\/,/.test(value),
  );
  add(call, {
    verb: 'execute',
    resource: 'container',
    system: call.name === 'kubectl' ? 'kubernetes' : 'docker',
    target: { id: where?.value ?? '' },
    destructiveness: rootMount || has(inner, 'privileged') ? 0.7 : 0.3,
    confidence: 0.7,
  });
  // `kubectl exec p -c c -- cmd`: options may follow the pod.
  const dashes = call.name === 'docker' ? -1 : command.findIndex(({ value }) => value === '--');
  const words = dashes === -1 ? command : command.slice(dashes + 1);
  if (words.length > 0) runWrapped(call, words, { cwd: undefined });
}

const resourceNames: Readonly<Record<string, string>> = {
  ns: 'namespace',
  po: 'pod',
  deploy: 'deployment',
  svc: 'service',
  pv: 'persistent-volume',
  pvc: 'persistent-volume-claim',
  cm: 'variable',
  secrets: 'secret',
  sts: 'stateful-set',
  ds: 'daemon-set',
  no: 'node',
  crd: 'custom-resource-definition',
};

const kubectl: Handler = (call) => {
  const options = readOptions(call.args, {
    valued: 'nfloc',
    long: [
      'namespace',
      'filename',
      'selector',
      'context',
      'kubeconfig',
      'output',
      'container',
      'replicas',
      'patch',
      'type',
      'as',
    ],
  });
  const words = options.operands.map(({ value }) => value);
  const [verb = '', kind = '', name] = words;
  const environment = optionValue(options, 'context')?.value;
  const [typed = '', named] = kind.split('/');
  const resource = resourceNames[typed.toLowerCase()] ?? typed.toLowerCase().replace(/s$/, '');
  const target = {
    id: named ?? name ?? optionValue(options, 'f', 'filename')?.value ?? '',
    ...(environment === undefined ? {} : { environment }),
  };
  const common = { system: 'kubernetes', target, credentialRef: credentialOf(call) };
  const dry = call.args.some(({ value }) => /^--dry-run(?:=(?:client|server))?$/.test(value));
  if (dry) return add(call, { ...common, verb: 'read', resource: resource || 'manifest', confidence: 0.9 });
  if (verb === 'exec' || verb === 'run') return runsInside(call, verb);
  if (verb === 'delete') {
    const scope =
      has(options, 'all', 'A', 'all-namespaces') || resource === 'all'
        ? 'all'
        : has(options, 'l', 'selector') || words.length > 3
          ? 'many'
          : 'one';
    return add(call, {
      ...common,
      verb: 'delete',
      resource: resource === 'all' || resource === '' ? 'application' : resource,
      scope,
    });
  }
  if (
    /^(?:get|describe|logs|top|explain|version|cluster-info|api-resources|events|diff|wait|config|auth|port-forward)$/.test(
      verb,
    )
  ) {
    if (resource === 'secret') call.findings.hunt(`kubectl ${verb} reads secrets`);
    return add(call, {
      ...common,
      verb: 'read',
      resource: resource || 'cluster',
      confidence: verb === 'get' || verb === 'describe' ? 0.95 : 0.9,
    });
  }
  if (verb === 'drain') return add(call, { ...common, verb: 'update', resource: 'node', destructiveness: 0.6 });
  if (verb === 'cordon' || verb === 'taint')
    return add(call, { ...common, verb: 'update', resource: 'node', destructiveness: 0.5 });
  if (verb === 'rollout' && kind === 'undo')
    return add(call, { ...common, verb: 'update', resource: 'deployment', destructiveness: 0.5 });
  if (verb === 'scale' && valuesOf(call.args).some((value) => /^--replicas=0$/.test(value))) {
    return add(call, { ...common, verb: 'update', resource: resource || 'deployment', destructiveness: 0.5 });
  }
  if (verb === 'replace' && has(options, 'force'))
    return add(call, { ...common, verb: 'delete', resource: 'application' });
  if (verb === 'apply' && has(options, 'prune'))
    return add(call, { ...common, verb: 'delete', resource: 'application', scope: 'many' });
  if (
    call.input.from !== undefined &&
    optionValue(options, 'f', 'filename')?.value === '-' &&
    call.input.text === undefined
  )
    call.findings.unclear('kubectl reads a manifest that is not shown');
  classifySubcommands(call, 'kubernetes', words, options);
};

const helm: Handler = (call) => {
  const options = readOptions(call.args, {
    valued: 'nf',
    long: ['namespace', 'values', 'set', 'kube-context', 'version'],
  });
  const words = options.operands.map(({ value }) => value);
  const reading =
    has(options, 'dry-run') ||
    /^(?:list|ls|get|status|history|show|search|template|lint|version)$/.test(words[0] ?? '');
  if (reading) return add(call, { verb: 'read', resource: 'release', system: 'kubernetes', confidence: 0.9 });
  classifySubcommands(call, 'kubernetes', words, options, 'release');
};

/** Containers and clusters. */
export const containers: CommandTable = {
  ...each('docker podman nerdctl docker-compose podman-compose', docker),
  ...each('kubectl oc k', kubectl),
  helm,
};
