/** A secret that its own shape gives away. */
export interface SecretFormat {
  readonly kind: string;
  readonly provider?: string;
  /**
   * Global. Starts with a literal prefix behind a boundary, so that a run of letters is tried once only; an open
   * quantifier stands last. Group 1, if there is one, is the secret.
   */
  readonly pattern: RegExp;
}

/** Nothing that could belong to a longer word or token stands before. */
const start = '(?<![A-Za-z0-9_-])';
/** The same for tokens whose alphabet has no dash. */
const wordStart = '(?<![A-Za-z0-9])';
const wordEnd = '(?![A-Za-z0-9_])';

function format(kind: string, provider: string | undefined, source: string): SecretFormat {
  return { kind, ...(provider === undefined ? {} : { provider }), pattern: new RegExp(source, 'g') };
}

/** Published token formats of the services that agents meet most, in order of precedence. */
export const secretFormats: readonly SecretFormat[] = [
  format('github-token', 'github', `${wordStart}gh[pousr]_[A-Za-z0-9_.-]{30,}`),
  format('github-token', 'github', `${wordStart}github_pat_[A-Za-z0-9_]{22,}`),
  format('gitlab-token', 'gitlab', `${start}gl(?:pat|dt|rt|soat|ptt|ft|agent|cbt|imt|oas|ffct)-[A-Za-z0-9_.-]{18,}`),
  format('gitlab-token', 'gitlab', `${start}GR1348941[A-Za-z0-9_-]{18,}`),
  format('aws-access-key', 'aws', `${wordStart}(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}${wordEnd}`),
  format('google-api-key', 'google', `${wordStart}AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])`),
  format('google-oauth-token', 'google', `${wordStart}ya29\\.[A-Za-z0-9_.-]{20,}`),
  format('google-oauth-secret', 'google', `${wordStart}GOCSPX-[A-Za-z0-9_-]{24,}`),
  format('slack-token', 'slack', `${wordStart}xox[abeoprs]-(?=[0-9A-Za-z-]{0,64}[0-9]{6})[A-Za-z0-9-]{16,}`),
  format('slack-token', 'slack', `${wordStart}xapp-[0-9]-[A-Za-z0-9-]{16,}`),
  format(
    'slack-webhook',
    'slack',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9]{6,16}/[A-Za-z0-9/]{16,})',
  ),
  format('discord-webhook', 'discord', 'discord(?:app)?\\.com/api/webhooks/[0-9]{5,24}/([A-Za-z0-9_-]{40,})'),
  format('stripe-key', 'stripe', `${wordStart}(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}`),
  format('stripe-webhook-secret', 'stripe', `${wordStart}whsec_[A-Za-z0-9+/]{24,}`),
  format('anthropic-key', 'anthropic', `${start}sk-ant-[A-Za-z0-9_-]{24,}`),
  format('openrouter-key', 'openrouter', `${start}sk-or-v1-[A-Za-z0-9]{32,}`),
  format('openai-key', 'openai', `${start}sk-(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{32,}`),
  format('npm-token', 'npm', `${wordStart}npm_[A-Za-z0-9]{36,}`),
  format('pypi-token', 'pypi', `${wordStart}pypi-[A-Za-z0-9_-]{50,}`),
  format('rubygems-token', 'rubygems', `${wordStart}rubygems_[a-f0-9]{48}`),
  format('cargo-token', 'crates.io', `${wordStart}cio[A-Za-z0-9]{32}${wordEnd}`),
  format('docker-token', 'docker', `${wordStart}dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}`),
  format('sendgrid-key', 'sendgrid', `${wordStart}SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,}`),
  format('mailgun-key', 'mailgun', `${wordStart}key-[a-f0-9]{32}${wordEnd}`),
  format('mailchimp-key', 'mailchimp', `${wordStart}[a-f0-9]{32}-us[0-9]{1,2}${wordEnd}`),
  format('twilio-key', 'twilio', `${wordStart}SK[a-f0-9]{32}${wordEnd}`),
  format('vault-token', 'hashicorp', `${wordStart}hv[sbr]\\.[A-Za-z0-9_-]{20,}`),
  format('terraform-token', 'hashicorp', `${wordStart}[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,}`),
  format('digitalocean-token', 'digitalocean', `${wordStart}do[opr]_v1_[a-f0-9]{64}`),
  format('cloudflare-token', 'cloudflare', `${wordStart}v1\\.0-[a-f0-9]{24}-[a-f0-9]{100,}`),
  format('heroku-token', 'heroku', `${wordStart}HRKU-[A-Za-z0-9_-]{30,}`),
  format('fly-token', 'fly', `${wordStart}(?:fo1_[A-Za-z0-9_-]{40,}|fm[12][ar]?_[A-Za-z0-9+/=_-]{60,})`),
  format('vercel-token', 'vercel', `${wordStart}vc[acikpr]_[A-Za-z0-9]{24,}`),
  format('netlify-token', 'netlify', `${wordStart}nf[pcu]_[A-Za-z0-9]{36,}`),
  format('supabase-token', 'supabase', `${wordStart}(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,})`),
  format('planetscale-token', 'planetscale', `${wordStart}pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}`),
  format('doppler-token', 'doppler', `${wordStart}dp\\.(?:pt|st|ct|scim|audit|sa)\\.[A-Za-z0-9_.-]{40,}`),
  format('databricks-token', 'databricks', `${wordStart}dapi[a-f0-9]{32}(?:-[0-9])?${wordEnd}`),
  format('huggingface-token', 'huggingface', `${wordStart}(?:hf|api_org)_[A-Za-z]{34}${wordEnd}`),
  format('replicate-token', 'replicate', `${wordStart}r8_[A-Za-z0-9]{37}${wordEnd}`),
  format('groq-key', 'groq', `${wordStart}gsk_[A-Za-z0-9]{40,}`),
  format('perplexity-key', 'perplexity', `${wordStart}pplx-[A-Za-z0-9]{40,}`),
  format('xai-key', 'xai', `${wordStart}xai-[A-Za-z0-9]{60,}`),
  format('langsmith-key', 'langsmith', `${wordStart}lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}${wordEnd}`),
  format(
    'grafana-token',
    'grafana',
    `${wordStart}(?:glc_[A-Za-z0-9+/]{30,}={0,2}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})`,
  ),
  format('sentry-token', 'sentry', `${wordStart}sntry[su]_[A-Za-z0-9+/=_-]{40,}`),
  format('newrelic-key', 'newrelic', `${wordStart}NRAK-[A-Z0-9]{27}${wordEnd}`),
  format('dynatrace-token', 'dynatrace', `${wordStart}dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}`),
  format('linear-key', 'linear', `${wordStart}lin_(?:api|oauth)_[A-Za-z0-9]{32,}`),
  format('notion-token', 'notion', `${wordStart}ntn_[0-9]{11}[A-Za-z0-9]{35}${wordEnd}`),
  format('figma-token', 'figma', `${wordStart}fig[dour]_[A-Za-z0-9_-]{36,}`),
  format('airtable-token', 'airtable', `${wordStart}pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}`),
  format('atlassian-token', 'atlassian', `${wordStart}AT(?:ATT3|CTT3|BBT)[A-Za-z0-9_=-]{30,}`),
  format('postman-key', 'postman', `${wordStart}PMAK-[a-f0-9]{24}-[a-f0-9]{34}${wordEnd}`),
  format('shopify-token', 'shopify', `${wordStart}shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}${wordEnd}`),
  format(
    'square-token',
    'square',
    `${wordStart}(?:EAAA[A-Za-z0-9_-]{60}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})(?![A-Za-z0-9_-])`,
  ),
  format(
    'facebook-token',
    'facebook',
    `${wordStart}(?:EAA[A-Z][A-Za-z0-9]{40,}|[0-9]{15,16}\\|[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-]))`,
  ),
  format('telegram-token', 'telegram', `${wordStart}[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])`),
  format(
    'sourcegraph-token',
    'sourcegraph',
    `${wordStart}sgp_(?:(?:local|[a-fA-F0-9]{16})_)?[a-fA-F0-9]{40}${wordEnd}`,
  ),
  format('prefect-key', 'prefect', `${wordStart}pn[ub]_[A-Za-z0-9]{36}${wordEnd}`),
  format('pulumi-token', 'pulumi', `${wordStart}pul-[a-f0-9]{40}${wordEnd}`),
  format('octopus-key', 'octopus', `${start}API-(?=[A-Z]{0,25}[0-9])[A-Z0-9]{26}(?![A-Za-z0-9_-])`),
  format('artifactory-key', 'jfrog', `${start}AKC[a-zA-Z0-9]{60,}`),
  format('age-key', 'age', `${wordStart}AGE-SECRET-KEY-1[A-Z0-9]{50,}`),
  format(
    'onepassword-key',
    '1password',
    `${start}(?:A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|ops_eyJ[A-Za-z0-9+/=_-]{200,})`,
  ),
  format(
    'azure-client-secret',
    'azure',
    '(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])',
  ),
  format('jwt', undefined, `${start}ey[JI][A-Za-z0-9_-]{8,}\\.ey[JI][A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*`),
];

/**
 * Matches where any of the formats does: tells in one pass that a text holds none, which is so of nearly every text.
 * What must stand before is asked once for all that share it, so that a place inside of a word costs nothing.
 */
export const anyFormat: RegExp = anyOf(secretFormats.map(({ pattern }) => pattern.source));

function anyOf(sources: readonly string[]): RegExp {
  const shared = [wordStart, start].map((before) => {
    const rests = sources.filter((source) => source.startsWith(before)).map((source) => source.slice(before.length));
    return `${before}(?:${rests.join('|')})`;
  });
  const others = sources.filter((source) => !source.startsWith(wordStart) && !source.startsWith(start));
  return new RegExp([...shared, ...others].join('|'));
}

const providers = new Map(secretFormats.map((entry) => [entry.kind, entry.provider]));

/** Who issues secrets of this kind, when the kind tells. */
export function providerOfKind(kind: string): string | undefined {
  return providers.get(kind);
}
