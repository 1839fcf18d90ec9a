import { classifyCode } from '../../code/classify-code.ts';
import type { EffectDraft } from '../../impact.ts';
import { add, credentialOf, type Handler } from '../call.ts';
import { readOptions } from '../options.ts';
import type { CommandTable } from './index.ts';
import { projectCode } from './interpreters.ts';
import { embeddedCommands } from './unknown.ts';
import { classifySubcommands } from './vendor-cli.ts';

/** Programs by the system they talk to. Hints only: the subcommands' own words say what is done. */
const systems: Readonly<Record<string, string>> = {
  aws: 'aws',
  gcloud: 'gcp',
  gsutil: 'gcp',
  bq: 'gcp',
  az: 'azure',
  railway: 'railway',
  heroku: 'heroku',
  fly: 'fly',
  flyctl: 'fly',
  vercel: 'vercel',
  netlify: 'netlify',
  wrangler: 'cloudflare',
  gh: 'github',
  glab: 'gitlab',
  doctl: 'digitalocean',
  supabase: 'supabase',
  neonctl: 'neon',
  neon: 'neon',
  pscale: 'planetscale',
  stripe: 'stripe',
  firebase: 'firebase',
  eksctl: 'aws',
  sam: 'aws',
  cdk: 'aws',
  cdktf: 'terraform',
  serverless: 'serverless',
  sls: 'serverless',
  linode: 'linode',
  'linode-cli': 'linode',
  hcloud: 'hetzner',
  vault: 'vault',
  consul: 'consul',
  nomad: 'nomad',
  terraform: 'terraform',
  tofu: 'terraform',
  terragrunt: 'terraform',
  pulumi: 'pulumi',
  ansible: 'ansible',
  atlas: 'mongodb-atlas',
  okta: 'okta',
  mc: 's3',
  s3cmd: 's3',
  rclone: 'storage',
  restic: 'restic',
  borg: 'borg',
  velero: 'velero',
  rabbitmqctl: 'rabbitmq',
  'kafka-topics': 'kafka',
  'kafka-topics.sh': 'kafka',
  prisma: 'prisma',
  rails: 'rails',
  rake: 'rails',
  oci: 'oracle',
  render: 'render',
  temporal: 'temporal',
  argocd: 'argocd',
  flux: 'flux',
  vagrant: 'vagrant',
  virsh: 'libvirt',
  multipass: 'multipass',
  npx: 'npm',
};

type Draft = Omit<EffectDraft, 'evidence' | 'system'>;

const infrastructure: Draft = { verb: 'delete', resource: 'infrastructure', scope: 'all' };
const wipe = (resource: string): Draft => ({ verb: 'delete', resource, scope: 'all', destructiveness: 1 });

/** Subcommands whose words say too little. The first that matches the operands and flags, joined, wins. */
const special: readonly (readonly [RegExp | readonly RegExp[], Draft])[] = [
  [[/^gsutil /, /\brsync /, /\s-[a-zA-Z]*d/], wipe('bucket')],
  [
    /^rclone (?:move|moveto|dedupe|cleanup)\b/,
    { verb: 'delete', resource: 'file', scope: 'many', destructiveness: 0.5, reversibility: 'recoverable' },
  ],
  [/^aws cloudfront create-invalidation/, { verb: 'update', resource: 'cache', scope: 'many', destructiveness: 0.5 }],
  [
    /^(?:restic|borg) (?:compact|recreate|break-lock|unlock|cache)\b/,
    { verb: 'update', resource: 'backup', destructiveness: 0.5 },
  ],
  [[/^ansible/, /\bstate=absent\b/], { verb: 'delete', resource: 'unknown', scope: 'many' }],
  // A batch of changes that deletes some.
  [/"action"\s*:\s*"(?:delete|remove)/i, { verb: 'delete', resource: 'record', scope: 'many' }],
  [
    /\s--(?:visibility[= ]public|public|acl[= ]public-read|allow-unauthenticated)\b/,
    { verb: 'publish', resource: 'unknown' },
  ],
  [/^(?:terraform|tofu|terragrunt) (?:run-all )?(?:destroy|apply .*-destroy)/, infrastructure],
  [
    /^(?:terraform|tofu|terragrunt) (?:plan|validate|show|output|version|fmt -check|providers|graph|state (?:list|show)|workspace (?:list|show))/,
    { verb: 'read', resource: 'infrastructure', confidence: 0.9 },
  ],
  [
    /^(?:terraform|tofu|terragrunt) (?:run-all )?apply/,
    { verb: 'update', resource: 'infrastructure', scope: 'many', destructiveness: 0.6 },
  ],
  [
    /^(?:terraform|tofu|terragrunt) (?:state (?:rm|push)|force-unlock|workspace delete|taint)/,
    { verb: 'delete', resource: 'state', destructiveness: 0.7 },
  ],
  [/^pulumi (?:destroy|stack rm|down)/, infrastructure],
  [/^pulumi (?:up|refresh)/, { verb: 'update', resource: 'infrastructure', scope: 'many', destructiveness: 0.6 }],
  [/^(?:cdk|cdktf|sls|serverless|sam|eksctl) (?:destroy|remove|delete)/, infrastructure],
  [[/^aws s3 (?:rb|rm)\b/, /\s--(?:recursive|force)\b/], wipe('bucket')],
  [[/^gsutil /, /\brm /, /\s-[a-zA-Z]*[rR]/], wipe('bucket')],
  [[/^aws s3 sync /, /\s--delete\b/], wipe('bucket')],
  [[/^rclone /, /\s(?:purge|delete|deletefile|sync|bisync)\b/], wipe('bucket')],
  [/^aws s3 rb|^gsutil (?:-\w+ )*rb|^(?:mc|s3cmd) rb/, wipe('bucket')],
  [/^aws s3 rm|^gsutil (?:-\w+ )*rm/, { verb: 'delete', resource: 'file', destructiveness: 0.7 }],
  [
    /^aws s3 (?:cp|mv|sync)|^gsutil (?:-\w+ )*(?:cp|mv|rsync)|^rclone (?:copy|move)/,
    { verb: 'transfer', resource: 'file', destructiveness: 0.3, reversibility: 'recoverable' },
  ],
  [/^aws s3 (?:ls|presign)|^gsutil (?:ls|cat|du|stat)/, { verb: 'list', resource: 'file', confidence: 0.9 }],
  [/^railway (?:down|delete)/, { verb: 'delete', resource: 'deployment', scope: 'many', destructiveness: 0.8 }],
  [/^railway (?:up|redeploy|deploy)/, { verb: 'publish', resource: 'deployment', reversibility: 'recoverable' }],
  [/^railway (?:run|shell|ssh|connect)/, { verb: 'execute', resource: 'service', destructiveness: 0.4 }],
  [
    /^railway variables?(?! (?:set|delete|--set))|^heroku config(?! ?:?(?:set|unset))/,
    { verb: 'read', resource: 'variable', confidence: 0.9 },
  ],
  [/^heroku pg:reset|^heroku pg:(?:push|pull)/, wipe('database')],
  [
    /^supabase db reset|^prisma (?:migrate reset|db push .*(?:--force-reset|--accept-data-loss))|^(?:rails|rake) db:(?:drop|reset|purge|schema:load|migrate:reset)|^npx prisma (?:migrate reset|db push .*(?:--force-reset|--accept-data-loss))/,
    wipe('database'),
  ],
  [
    /^(?:restic|borg) (?:forget|prune|delete)|^velero backup delete/,
    { verb: 'delete', resource: 'backup', scope: 'many', touchesBackups: true },
  ],
  [/^bq rm/, { verb: 'delete', resource: 'table', scope: 'many' }],
  [/^vault (?:delete|kv (?:delete|destroy|metadata delete)|secrets disable)/, { verb: 'delete', resource: 'secret' }],
  [
    /^vagrant destroy|^virsh (?:undefine|destroy|vol-delete)|^multipass (?:delete|purge)/,
    { verb: 'delete', resource: 'instance' },
  ],
  [
    /^gh auth token|^gcloud auth print-\w+-token|^aws (?:sts get-session-token|configure get)/,
    { verb: 'read', resource: 'secret', confidence: 0.9 },
  ],
  [/^gh repo delete/, { verb: 'delete', resource: 'repository' }],
  [/^(?:gh|glab) api .*(?:-X|--method)[ =]?DELETE/i, { verb: 'delete', resource: 'unknown', destructiveness: 0.8 }],
];

const HUNTS =
  /^gh auth token|print-\w{0,30}token|get-secret-value|secrets versions access|^vault (?:kv get|read)|^railway variables?$|^heroku config$|configure get .{0,100}(?:secret|token)/;

function vendor(name: string, system: string): Handler {
  return (call) => {
    const flagValues = [
      'name',
      'id',
      'app',
      'project',
      'profile',
      'region',
      'environment',
      'env',
      'service',
      'context',
      'resource-group',
      'bucket',
      'zone',
      'org',
      'stack',
      'method',
      'query',
      'output',
      ...'format filter account configuration verbosity location subscription endpoint-url page-size sort-by limit cluster tag token team scope cwd config'.split(
        ' ',
      ),
    ];
    const idFlags = call.args
      .filter(({ value }) => /^--[\w-]*(?:id|ids|name|names|identifier|arn)$/.test(value))
      .map(({ value }) => value.slice(2));
    const options = readOptions(call.args, { valued: 'nagsptX', long: [...flagValues, ...idFlags] });
    const words = options.operands.map(({ value }) => value);
    const whole = `${name} ${call.args.map(({ value }) => value).join(' ')}`.slice(0, 1000);
    if (HUNTS.test(whole)) call.findings.hunt(`${whole.slice(0, 80)} prints a secret`);
    const code = system === 'rails' ? projectCode(call.args) : undefined;
    if (code !== undefined) return classifyCode({ ...call, name: 'ruby' }, code.value);
    embeddedCommands(call);
    const draft = special.find(([pattern]) => [pattern].flat().every((part) => part.test(whole)))?.[1];
    if (draft === undefined) return classifySubcommands(call, system, words, options);
    const dry = /\s--?(?:dry-?run|what-if|preview)\b/.test(whole);
    const target = draft.target ?? { id: words.slice(1).at(-1) ?? '' };
    add(call, {
      ...draft,
      ...(dry ? { verb: 'read' as const, destructiveness: 0 } : {}),
      system,
      target,
      credentialRef: credentialOf(call),
    });
  };
}

/** Command lines of clouds, platforms and infrastructure tools. */
export const vendors: CommandTable = Object.fromEntries(
  Object.entries(systems).map(([name, system]) => [name, vendor(name, system)]),
);
