/** Systems by host suffix. Hints only: an unknown host is `http`, and is judged by the same shape rules. */
const vendors: readonly (readonly [string, string])[] = [
  ['railway', 'railway.app railway.com'],
  ['github', 'github.com githubusercontent.com'],
  ['gitlab', 'gitlab.com'],
  ['bitbucket', 'bitbucket.org'],
  ['cloudflare', 'cloudflare.com'],
  ['aws', 'amazonaws.com'],
  ['gcp', 'googleapis.com'],
  ['azure', 'azure.com windows.net'],
  ['digitalocean', 'digitalocean.com'],
  ['hetzner', 'hetzner.cloud hetzner.com'],
  ['linode', 'linode.com'],
  ['heroku', 'heroku.com'],
  ['vercel', 'vercel.com'],
  ['netlify', 'netlify.com'],
  ['fly', 'fly.io machines.dev'],
  ['render', 'render.com'],
  ['supabase', 'supabase.com supabase.co'],
  ['neon', 'neon.tech'],
  ['planetscale', 'planetscale.com'],
  ['mongodb-atlas', 'mongodb.com'],
  ['stripe', 'stripe.com'],
  ['slack', 'slack.com'],
  ['discord', 'discord.com'],
  ['twilio', 'twilio.com'],
  ['sendgrid', 'sendgrid.com'],
  ['npm', 'npmjs.org npmjs.com'],
  ['pypi', 'pypi.org'],
  ['linear', 'linear.app'],
  ['notion', 'notion.com'],
  ['atlassian', 'atlassian.net atlassian.com'],
  ['datadog', 'datadoghq.com'],
  ['pagerduty', 'pagerduty.com'],
  ['shopify', 'myshopify.com shopify.com'],
];

const bySuffix: ReadonlyMap<string, string> = new Map(
  vendors.flatMap(([system, suffixes]) => suffixes.split(' ').map((suffix) => [suffix, system] as const)),
);

/**
 * The system that answers at a host.
 *
 * @example
 * systemOf('backboard.railway.app:443') // 'railway'
 */
export function systemOf(host: string): string {
  const labels = host.toLowerCase().split(':', 1)[0]?.split('.') ?? [];
  for (let at = Math.max(0, labels.length - 3); at < labels.length - 1; at++) {
    const system = bySuffix.get(labels.slice(at).join('.'));
    if (system !== undefined) return system;
  }
  return 'http';
}
