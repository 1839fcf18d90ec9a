import type { Dice, ShellSeed } from '../types.ts';

type Parts = Pick<ShellSeed, 'removes' | 'api'>;

/** Destructive commands of many programs. */
export function shellSeeds(dice: Dice): ShellSeed[] {
  const { word, path, hex } = dice;
  const seed = (name: string, text: string, parts: Parts = {}): ShellSeed => ({
    family: 'shell',
    name,
    benign: false,
    argv: argvOf(text),
    ...parts,
  });
  const removed = path();
  const file = `${path()}/${word()}.db`;
  const [volume, space, bucket, database, app] = [`${word()}-data`, word(), `${word()}-backup`, word(), word()];
  return [
    seed('rm -rf', `rm -rf ${removed}`, { removes: removed }),
    seed('rm -r -f of home', 'rm -r -f /home/dev'),
    seed('find -delete', `find ${path()} -type f -delete`),
    seed('find -exec rm', `find ${path()} -name *.db -exec rm -f {} +`),
    seed('shred', `shred -u ${file}`),
    seed('truncate', `truncate -s 0 ${file}`),
    seed('dd to disk', 'dd if=/dev/zero of=/dev/sda bs=1M'),
    seed('mkfs', 'mkfs.ext4 /dev/sdb1'),
    seed('git reset --hard', 'git reset --hard HEAD~3'),
    seed('git clean', 'git clean -fdx'),
    seed('git push --force', 'git push --force origin main'),
    seed('git push --delete', 'git push origin --delete main', {
      api: request('api.github.com', `/repos/acme/${word()}/git/refs/heads/main`, 'refs.delete'),
    }),
    seed('docker volume rm', `docker volume rm ${volume}`, {
      api: request('docker.internal:2375', `/volumes/${volume}`, 'volumes.delete'),
    }),
    seed('docker system prune', 'docker system prune -af --volumes'),
    seed('docker compose down -v', 'docker compose down -v'),
    seed('kubectl delete namespace', `kubectl delete namespace ${space}`, {
      api: request('kube.internal:6443', `/api/v1/namespaces/${space}`, 'namespaces.delete'),
    }),
    seed('kubectl delete pvc', `kubectl delete pvc --all -n ${space}`),
    seed('helm uninstall', `helm uninstall ${app} -n ${space}`),
    seed('terraform destroy', 'terraform destroy -auto-approve'),
    seed('pulumi destroy', 'pulumi destroy --yes'),
    seed('aws s3 rb', `aws s3 rb s3://${bucket} --force`, {
      api: request(`${bucket}.s3.amazonaws.com`, '/', 'DeleteBucket'),
    }),
    seed('aws s3 rm', `aws s3 rm s3://${bucket} --recursive`),
    seed('aws ec2 terminate', `aws ec2 terminate-instances --instance-ids i-0${hex(16)}`),
    seed('aws rds delete', `aws rds delete-db-instance --db-instance-identifier ${database} --skip-final-snapshot`),
    seed('gcloud sql delete', `gcloud sql instances delete ${database} --quiet`),
    seed('az group delete', `az group delete --name ${space} --yes`),
    seed('heroku apps:destroy', `heroku apps:destroy -a ${app} --confirm ${app}`, {
      api: request('api.heroku.com', `/apps/${app}`, 'apps.delete'),
    }),
    seed('fly apps destroy', `fly apps destroy ${app} --yes`),
    seed('supabase db reset', 'supabase db reset --linked'),
    seed('gh repo delete', `gh repo delete acme/${app} --yes`, {
      api: request('api.github.com', `/repos/acme/${app}`, 'repos.delete'),
    }),
    seed('prisma migrate reset', 'npx prisma migrate reset --force'),
    seed('dropdb', `dropdb ${database}`),
    { ...seed('psql -c drop', 'psql'), argv: ['psql', '-c', `DROP TABLE ${word()}`] },
    { ...seed('mysql -e drop', 'mysql'), argv: ['mysql', '-e', `DROP DATABASE ${database}`] },
    { ...seed('mongosh drop', 'mongosh'), argv: ['mongosh', '--eval', 'db.dropDatabase()'] },
    seed('redis flushall', 'redis-cli FLUSHALL'),
  ];
}

/** Commands that destroy nothing, some of which speak of destruction. */
export function benignShellSeeds({ word, path }: Dice): ShellSeed[] {
  const seed = (name: string, ...argv: [string, ...string[]]): ShellSeed => ({
    family: 'shell',
    name,
    benign: true,
    argv,
  });
  return [
    seed('ls', 'ls', '-la', path()),
    seed('cat', 'cat', `${path()}/README.md`),
    seed('grep for a deletion', 'grep', '-rn', 'rm -rf', path()),
    seed('grep for a drop', 'grep', '-rn', 'DROP TABLE', 'migrations'),
    seed('find', 'find', path(), '-name', '*.log', '-type', 'f'),
    seed('echo of a deletion', 'echo', `rm -rf ${path()}`),
    seed('git status', 'git', 'status'),
    seed('git commit about deletion', 'git', 'commit', '-m', `delete the old ${word()} volumes`),
    seed('git log', 'git', 'log', '--oneline', '-5'),
    seed('docker ps', 'docker', 'ps', '-a'),
    seed('kubectl get', 'kubectl', 'get', 'pods', '-n', word()),
    seed('terraform plan', 'terraform', 'plan'),
    seed('aws s3 ls', 'aws', 's3', 'ls', `s3://${word()}-backup`),
    seed('mkdir', 'mkdir', '-p', `${path()}/new`),
    seed('psql select', 'psql', '-c', `SELECT count(*) FROM ${word()}`),
    seed('npm test', 'npm', 'test'),
    seed('man of rm', 'man', 'rm'),
  ];
}

function request(host: string, path: string, rpc: string): NonNullable<ShellSeed['api']> {
  return { method: 'DELETE', host, path, rpc };
}

function argvOf(text: string): readonly [string, ...string[]] {
  const [program = 'true', ...rest] = text.split(' ');
  return [program, ...rest];
}
