/**
 * Names under which secrets are kept or spoken of. Wide on purpose: whatever carries one of these is not on the fast
 * path and not `readOnly`. `token` needs its word's end, so that `tokenizer.ts` stays ordinary.
 */
const SECRET_NAME =
  /\.env|dotenv|\.ssh|\.aws|\.azure|\.gnupg|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.my\.cnf|\.kube|kubeconfig|\.docker\/|\.git-credentials|\.htpasswd|\.vault|gcloud|id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|tfstate|tfvars)(?![a-z0-9])|credential|secret|passw(?:or)?d|passphrase|pwd=|shadow|gshadow|sudoers|htpasswd|api[-_ .]?key|apikey|access[-_ .]?key|private[-_ .]?key|signing[-_ .]?key|auth[-_ .]?key|bearer|authori[sz]ation|auth[-_ .]?token|oauth|hwsecret\.|hwf_|(?:^|[^a-z])proc\/|\/environ|keychain|keyring|wallet|connection[-_ .]?string|database_url/i;

const TOKEN_WORD = /[tT]okens?(?![a-z])|TOKENS?(?![A-Z])/;

/**
 * Says which part of a text names secrets or a place that is made to hold them; undefined when none does.
 *
 * @example
 * secretNameIn('config/.env.production') // '.env'
 * secretNameIn('src/tokenizer.ts') // undefined
 */
export function secretNameIn(text: string): string | undefined {
  return (SECRET_NAME.exec(text) ?? TOKEN_WORD.exec(text))?.[0];
}

/** Files and folders that are made to hold secrets. Examples and templates are not. */
const STORES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[/\\])\.env(?:\.(?!(?:example|sample|template|dist|test)\b)[\w-]+)?(?:$|[*?])/i, 'an environment file'],
  [/(?:^|[/\\*])[\w-]+\.env$|^\*\.env/i, 'an environment file'],
  [/(?:^|[/\\])\.aws(?:$|[/\\])/, 'AWS credentials'],
  [/(?:^|[/\\])\.ssh(?:$|[/\\])(?!known_hosts)|(?:^|[/\\])id_(?:rsa|dsa|ecdsa|ed25519)$/, 'SSH keys'],
  [/(?:^|[/\\])\.kube[/\\]config|kubeconfig/i, 'a kubeconfig'],
  [
    /(?:^|[/\\])\.(?:boto|netrc|npmrc|pypirc|pgpass|git-credentials|my\.cnf|htpasswd|vault-token)$/,
    'a credentials file',
  ],
  [/(?:^|[/\\])\.docker[/\\]config\.json/, 'registry credentials'],
  [
    /(?:^|[/\\])\.(?:gnupg|azure|config[/\\](?:gcloud|gh|op|railway)|railway|fly|terraform\.d|vault)(?:$|[/\\])/,
    'a credentials folder',
  ],
  [
    /(?:^|[/\\])[\w.*-]*(?:credential|secret|password|passwd|token)s?\*?(?:\.(?:json|ya?ml|txt|toml|ini|xml|csv|db|kdbx))?$/i,
    'a credentials file',
  ],
  [/(?:^|[/\\])auth\.(?:json|toml|ya?ml)$|^\/etc\/kubernetes(?:$|\/)/, 'a credentials file'],
  [/\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/i, 'a private key'],
  [/\/proc\/(?:[^/]+|\*)\/environ/, "a process's environment"],
  [/^\/(?:private\/)?etc\/(?:g?shadow|sudoers)/, 'password hashes'],
  [/\/run\/secrets(?:$|\/)|\/var\/run\/secrets(?:$|\/)/, 'mounted secrets'],
];

/** What a search asks for when it hunts secrets. */
const HUNTED =
  /(?:^|[^a-z])(?:tokens?|secrets?|passw(?:or)?ds?|pwd|passphrases?|credentials?|creds?|bearer|authori[sz]ation|api[-_ .?*]{0,20}keys?|apikeys?|(?:access|private|signing|auth|secret)[-_ .?*]{0,20}(?:keys?|tokens?))(?:[^a-z]|$)|[a-z](?:Token|Secret|Password|ApiKey|Credential)s?(?![a-z])|AKIA|ghp_|gho_|github_pat|glpat-|sk-(?:live|ant|proj)|sk_live|xox[abp]-|BEGIN (?:RSA|OPENSSH|EC|PRIVATE)|railway[_-]?token|eyJ/i;

/** What kind of secret store a path is; undefined when its name says none. */
export function secretStore(path: string): string | undefined {
  for (const [pattern, kind] of STORES) if (pattern.test(path)) return kind;
  return undefined;
}

/** Which secret a search pattern asks for; undefined when none. */
export function huntedBy(pattern: string): string | undefined {
  const bare = pattern.replaceAll('\\', '');
  return (
    HUNTED.exec(bare)?.[0]
      .trim()
      .replace(/^[^A-Za-z]{1,40}|[^A-Za-z_-]{1,40}$/g, '') || undefined
  );
}

/** Whether a text names secrets, is the path of a secret store, or asks for secrets. */
export function speaksOfSecrets(text: string): boolean {
  return secretNameIn(text) !== undefined || secretStore(text) !== undefined || huntedBy(text) !== undefined;
}
