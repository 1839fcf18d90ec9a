import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { ambientTargets } from './ambient-targets.ts';

type Env = Readonly<Record<string, string>>;

/** What is found for a shell command in a folder, with a home folder of its own. */
function targetsOf(command: string, files: Readonly<Record<string, string>>, env: Env = {}, sub = 'work') {
  const root = folderWith(files);
  const resolve = ambientTargets({ home: join(root, 'home') });
  return resolve({ tool: 'shell', arguments: { command }, cwd: join(root, sub), env });
}

const password = ['s3cr', 'et-P4ss'].join('');
const git = { 'work/.git/HEAD': 'ref: refs/heads/main\n' };

describe('a database', () => {
  test('is read from .env, without its user and password', () => {
    const found = targetsOf('npx prisma migrate reset --force', {
      'work/.env': `# the database\nexport DATABASE_URL="postgresql://app:${password}@db.prod.acme.io:5432/shop?sslmode=require"\n`,
    });
    expect(found).toEqual([
      {
        resolver: 'database',
        system: 'postgresql',
        id: 'db.prod.acme.io:5432/shop',
        environment: 'production',
        evidence: 'DATABASE_URL in .env',
      },
    ]);
  });

  test('of a parent folder counts up to the root of the repository, and no further', () => {
    const files = { ...git, 'work/.env': 'DATABASE_URL=mysql://a@staging-db/shop', 'work/apps/api/package.json': '{}' };
    expect(targetsOf('npx knex migrate:rollback', files, {}, 'work/apps/api')).toMatchObject([
      { system: 'mysql', id: 'staging-db/shop', environment: 'staging' },
    ]);
    const outside = { '.env': 'DATABASE_URL=mysql://a@staging-db/shop', ...git };
    expect(targetsOf('npx knex migrate:rollback', outside)).toEqual([]);
  });

  test('of the environment wins over files, and a named file over the usual ones', () => {
    const files = {
      'work/.env': 'DATABASE_URL=postgres://a@dev-db/x',
      'work/.env.production': 'DATABASE_URL=postgres://a@live-db/x',
    };
    expect(targetsOf('alembic downgrade base', files, { DATABASE_URL: 'postgres://a@qa-db/x' })).toMatchObject([
      { id: 'qa-db/x', environment: 'test', evidence: 'DATABASE_URL in the environment' },
    ]);
    expect(targetsOf('dotenv -e .env.production -- prisma db push', files)).toMatchObject([{ id: 'live-db/x' }]);
  });

  test('is the one whose variable the command names', () => {
    const files = { 'work/.env': 'DATABASE_URL=postgres://h/a\nREDIS_URL=redis://:x@cache/0' };
    expect(targetsOf('redis-cli -u "$REDIS_URL" FLUSHALL', files)).toMatchObject([{ system: 'redis', id: 'cache/0' }]);
  });

  test('of PGHOST is left out when the command names a host of its own', () => {
    const env = { PGHOST: 'prod.db', PGDATABASE: 'shop' };
    expect(targetsOf('dropdb shop', {}, env)).toMatchObject([{ id: 'prod.db/shop', environment: 'production' }]);
    expect(targetsOf('dropdb -h localhost shop', {}, env)).toEqual([]);
  });
});

describe('a linked project', () => {
  test('of Supabase is its reference, unless the command is for the local stack', () => {
    const files = { 'work/supabase/.temp/project-ref': 'abcdefghijklmnop\n' };
    expect(targetsOf('supabase db reset --linked', files)).toMatchObject([
      { system: 'supabase', id: 'abcdefghijklmnop' },
    ]);
    expect(targetsOf('supabase db reset --local', files)).toEqual([]);
  });

  test('of Vercel is its name; --prod says the environment', () => {
    const files = { 'work/.vercel/project.json': '{"projectId":"prj_1","orgId":"team_1","projectName":"shop"}' };
    expect(targetsOf('vercel deploy --prod', files)).toMatchObject([{ id: 'shop', environment: 'production' }]);
    expect(targetsOf('vercel deploy', files)[0]?.environment).toBeUndefined();
  });

  test('of Railway belongs to the nearest linked folder, and its token stays where it is', () => {
    const root = folderWith({ 'work/apps/x': '' });
    const home = folderWith({
      '.railway/config.json': JSON.stringify({
        projects: { [join(root, 'work')]: { project: 'p-1', name: 'shop', environmentName: 'production' } },
        user: { token: password },
      }),
    });
    const resolve = ambientTargets({ home });
    const call = { tool: 'shell', arguments: { command: 'railway down' }, cwd: join(root, 'work', 'apps'), env: {} };
    expect(resolve(call)).toMatchObject([{ system: 'railway', id: 'shop (p-1)', environment: 'production' }]);
    expect(JSON.stringify(resolve(call))).not.toContain(password);
  });
});

const kubeconfig = (current: string): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: AAAA
    server: https://10.0.0.1:6443
  name: eu-cluster
- cluster:
    server: https://kind.local
  name: kind
contexts:
- context:
    cluster: eu-cluster
    namespace: billing
    user: admin
  name: prod-eu
- context:
    cluster: kind
    user: kind
  name: kind
current-context: ${current}
kind: Config
users:
- name: admin
  user:
    token: ${password}
`;

describe('a cluster', () => {
  test("is the current context's, with server and namespace", () => {
    const found = targetsOf('kubectl delete deployment api', { 'home/.kube/config': kubeconfig('prod-eu') });
    expect(found).toEqual([
      {
        resolver: 'kubernetes',
        system: 'kubernetes',
        id: 'prod-eu https://10.0.0.1:6443 namespace billing',
        environment: 'production',
        evidence: 'current-context in ~/.kube/config',
      },
    ]);
  });

  test("is the call's own where it names one", () => {
    const files = { 'home/.kube/config': kubeconfig('kind') };
    expect(targetsOf('kubectl --context prod-eu -n payments delete pod x', files)).toMatchObject([
      { id: 'prod-eu https://10.0.0.1:6443 namespace payments', environment: 'production' },
    ]);
    expect(targetsOf('helm uninstall x', files, { KUBECONFIG: '../home/.kube/config' })).toMatchObject([
      { id: 'kind https://kind.local', evidence: 'current-context in ../home/.kube/config' },
    ]);
  });
});

test('a Terraform folder tells its workspace and backend, not the keys in it', () => {
  const backend = {
    version: 3,
    backend: { type: 's3', config: { bucket: 'acme-tfstate', key: 'prod/network.tfstate', secret_key: password } },
  };
  const files = { 'work/infra/.terraform/terraform.tfstate': JSON.stringify(backend) };
  const found = targetsOf('terraform -chdir=infra destroy -auto-approve', files);
  expect(found).toMatchObject([
    { system: 'terraform', id: 's3/acme-tfstate/prod/network.tfstate workspace default', environment: 'production' },
  ]);
  expect(JSON.stringify(found)).not.toContain(password);
  expect(
    targetsOf('cd infra && terraform apply', { ...files, 'work/infra/.terraform/environment': 'staging' }),
  ).toMatchObject([{ environment: 'staging', evidence: '.terraform/environment' }]);
});

describe('a cloud account', () => {
  const config = `[default]\nregion = eu-west-1\n[profile prod-admin]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nregion = us-east-1\n`;

  test('of AWS is the one of the profile', () => {
    const files = { 'home/.aws/config': config };
    expect(targetsOf('aws s3 rb s3://b --force', files)).toMatchObject([{ id: 'profile default eu-west-1' }]);
    expect(targetsOf('aws s3 rb s3://b', files, { AWS_PROFILE: 'prod-admin' })).toMatchObject([
      { id: 'account 123456789012 profile prod-admin us-east-1', environment: 'production' },
    ]);
    expect(targetsOf('aws --profile prod-admin s3 rb s3://b', files)).toMatchObject([
      { environment: 'production', evidence: '--profile of the call' },
    ]);
  });

  test('of Google Cloud is the project of the active configuration', () => {
    const files = {
      'home/.config/gcloud/active_config': 'work',
      'home/.config/gcloud/configurations/config_work': '[core]\naccount = a@acme.io\nproject = acme-prod\n',
    };
    expect(targetsOf('gcloud sql instances delete main', files)).toMatchObject([
      { system: 'gcp', id: 'acme-prod', environment: 'production', evidence: 'gcloud configuration work' },
    ]);
    expect(targetsOf('gcloud sql instances delete main --project acme-dev', files)).toMatchObject([
      { id: 'acme-dev', environment: 'development' },
    ]);
  });

  test('of Azure is the default subscription', () => {
    const profile =
      '\uFEFF{"subscriptions":[{"id":"1","name":"Dev","isDefault":false},{"id":"2","name":"Acme Production","isDefault":true}]}';
    expect(targetsOf('az group delete --name x', { 'home/.azure/azureProfile.json': profile })).toMatchObject([
      { system: 'azure', id: 'Acme Production (2)', environment: 'production' },
    ]);
  });
});

test('a docker context is told when it is another machine, and its own is not', () => {
  const digest = createHash('sha256').update('prod-host').digest('hex');
  const files = {
    'home/.docker/config.json': '{"currentContext":"prod-host"}',
    [`home/.docker/contexts/meta/${digest}/meta.json`]: '{"Endpoints":{"docker":{"Host":"ssh://deploy@10.0.0.9"}}}',
  };
  expect(targetsOf('docker volume rm data', files)).toMatchObject([
    { system: 'docker', id: 'ssh://deploy@10.0.0.9', environment: 'production' },
  ]);
  expect(targetsOf('docker volume rm data', {}, { DOCKER_HOST: 'unix:///var/run/docker.sock' })).toEqual([]);
  expect(targetsOf("docker exec db sh -c 'ls'", {})).toEqual([]);
});

test("a repository's remote is told with its branch and without a token, in a worktree too", () => {
  const config = `[remote "origin"]\n\turl = https://x:${password}@git.acme.io/acme/shop.git\n[branch "main"]\n\tremote = origin\n`;
  const expected = [{ system: 'git', id: 'https://git.acme.io/acme/shop.git branch main' }];
  expect(targetsOf('git push --force', { ...git, 'work/.git/config': config })).toMatchObject(expected);
  const worktree = {
    'work/.git': 'gitdir: ../main/.git/worktrees/work\n',
    'main/.git/worktrees/work/HEAD': 'ref: refs/heads/main\n',
    'main/.git/worktrees/work/commondir': '../..\n',
    'main/.git/config': config,
  };
  expect(targetsOf('git push --force', worktree)).toMatchObject(expected);
});

test('a call that speaks of none of them costs no look at any file', () => {
  const files = { 'work/.env': 'DATABASE_URL=postgres://h/a', 'home/.kube/config': kubeconfig('prod-eu') };
  expect(targetsOf('rm -rf build && npm test', files)).toEqual([]);
});
