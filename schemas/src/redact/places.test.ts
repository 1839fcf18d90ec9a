import { describe, expect, test } from 'vitest';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor();

/** Built from parts, so that no scanner takes this file for a leak. */
const value = ['q7Zr', 'tW2mLx7v', 'K9pD4sHn8BcE'].join('');
const hex = ['9f2c41', 'd07be3a8', '5566f01c2d3e4f5a6b'].join('');
const pair = Buffer.from(`user:${value}`).toString('base64');

/** Places in which nothing but the program, the format of the file or the name tells that a secret stands there. */
const places: Readonly<Record<string, string>> = {
  'helm --set': `helm install a b --set auth.password=${value},auth.user=x`,
  'docker -e': `docker run -e POSTGRES_PASSWORD=${value} -e A=b postgres`,
  'terraform -var': `terraform apply -var "db_password=${value}"`,
  'a JDBC URL': `jdbc:postgresql://h/db?user=a&password=${value}&ssl=true`,
  "Oracle's JDBC URL": `jdbc:oracle:thin:scott/${value}@//h:1521/x`,
  'an ODBC connection string': `Server=h;Database=d;User Id=sa;Password=${value};Encrypt=true`,
  'a storage connection string': `AccountName=a;AccountKey=${value}${value}${value}aa==;EndpointSuffix=core`,
  'redis without a user': `redis://:${value}@h:6379/0`,
  "npm's _auth": `//registry.x/:_auth=${pair}`,
  "docker's config": `{"auths":{"https://index.docker.io/v1/":{"auth":"${pair}"}}}`,
  'a Kubernetes Secret': `kind: Secret\ndata:\n  password: ${Buffer.from(value).toString('base64')}`,
  'kubectl --from-literal': `kubectl create secret generic s --from-literal=password=${value}`,
  'vault login': `vault login ${value}`,
  'gh secret set --body': `gh secret set API_KEY --body ${value}`,
  'gh secret set by standard input': `echo ${value} | gh secret set API_KEY`,
  'gcloud by standard input': `printf ${value} | gcloud secrets create x --data-file=-`,
  'aws configure': `aws configure set aws_secret_access_key ${value}`,
  'aws ssm put-parameter': `aws ssm put-parameter --name /db/p --value ${value} --type SecureString`,
  'aws secretsmanager': `aws secretsmanager create-secret --name x --secret-string '${value}'`,
  'az keyvault': `az keyvault secret set --vault-name v --name n --value ${value}`,
  'az login': `az login --service-principal -u a -p ${value} --tenant t`,
  mongosh: `mongosh -u a -p ${value} --host h`,
  sqlcmd: `sqlcmd -S h -U sa -P ${value} -Q x`,
  smbclient: `smbclient //h/s -U u%${value}`,
  ldapsearch: `ldapsearch -D cn=a -w ${value} -b dc=x`,
  openssl: `openssl rsa -passin pass:${value} -in k`,
  zip: `zip -P ${value} a.zip b`,
  '7z': `7z x -p${value} a.7z`,
  chpasswd: `echo "root:${value}" | chpasswd`,
  htpasswd: `htpasswd -b f u ${value}`,
  snmpwalk: `snmpwalk -v3 -A ${value} -X ${value}2 h`,
  mosquitto_pub: `mosquitto_pub -u a -P ${value} -t x`,
  nmcli: `nmcli dev wifi connect X password ${value}`,
  'ssh-keygen': `ssh-keygen -N ${value} -f k`,
  'a line of .pgpass': `h:5432:db:user:${value}`,
  'curl -b': `curl -b "session=${value}" h`,
  "PHP's define": `define('DB_PASSWORD', '${value}');`,
  "Java's setProperty": `System.setProperty("db.password", "${value}")`,
  'Rust with a type': `let api_key: &str = "${value}";`,
  'TypeScript with a type': `const token: string = '${value}';`,
  'Go with a type': `var token string = "${value}"`,
  "C#'s literal": `Password = @"${value}"`,
  "Python's bytes": `password = b"${value}"`,
  'ConvertTo-SecureString': `ConvertTo-SecureString "${value}" -AsPlainText -Force`,
  'a header of a vendor': `-H "Ocp-Apim-Subscription-Key: ${hex}"`,
  'a Sentry DSN': `SENTRY_DSN=https://${hex}@o1.ingest.sentry.io/1`,
  "the provider's name alone": `sourcegraph: ${value}${value}`,
};

test.each(Object.entries(places))('a secret is masked in this place: %s', (_name, text) => {
  const { value: masked, secrets } = redactor.text(text);
  expect(secrets.length).toBeGreaterThan(0);
  for (const plain of [value, hex]) expect(masked).not.toContain(plain);
  expect(redactor.text(masked)).toEqual({ value: masked, secrets: [] });
});

test.each([
  [`STRIPE_SECRET=${value}`, 'stripe'],
  [`{"githubToken": "${value}"}`, 'github'],
  [`aws_secret_access_key = ${value}${value.slice(0, 16)}`, 'aws'],
  [`sourcegraph: ${value}${value}`, 'sourcegraph'],
  [`DB_PASSWORD=${value}`, undefined],
])('the name says who issued the secret: %#', (text, provider) => {
  expect(redactor.text(text).secrets[0]?.provider).toBe(provider);
});

describe('what is no secret stays as it is', () => {
  test.each([
    'find /opt/vendor -name mysql -print -prune',
    'read -p "Password: " -s PASSWORD_VALUE',
    "connect(user='<username>', password='<password>', host='<host>')",
    'remote-shell -k -no-pass corp/user@host',
    'audit ssh 10.0.0.1 --user u --password lists/common-words.txt',
    'vm start u --password keys/file.txt',
    'implementation "io.jsonwebtoken:jjwt-api:0.12.6"',
    'parser.add_argument("--token", "-t")',
    "get('password', 'Enter your password')",
    'assertEquals("token", "expected another token")',
    `sourcegraph: ${'0123456789abcdef'.repeat(3).slice(0, 40)}`,
    `integrity sha512-${'Qm9vdHN0cmFwIGlz'.repeat(5)}==`,
    'git checkout 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'docker pull nginx@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '- /usr/lib/python3/dist-packages/some_package/some_module.py:120:in_function:x',
    'openssl x509 -in cert.pem -noout -text',
    'zip -r out.zip src && unzip -l out.zip',
  ])('%s', (text) => {
    expect(redactor.text(text)).toEqual({ value: text, secrets: [] });
  });
});
