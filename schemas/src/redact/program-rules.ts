import type { SpacedRule } from './find-spaced.ts';

/** Programs that take a secret where nothing but the program tells: behind a short flag, or in a place of its own. */
const programs: readonly (readonly [program: string, before: string])[] = [
  ['mongo(?:sh|dump|restore|import|export)?', '-p '],
  ['(?:sqlcmd|bcp)', '-P '],
  ['(?:rabbitmqadmin|cqlsh)', '-p '],
  ['ldap(?:search|modify|add|delete|passwd|whoami)', '-w '],
  ['openssl', '-[kK] '],
  ['openssl', '-pass(?:in|out)? pass:'],
  ['(?:un)?zip', '-P '],
  ['7z[ar]?', '-p'],
  ['(?:un)?rar', '-h?p'],
  ['snmp(?:walk|get|set|bulkwalk|trap)', '-[AX] '],
  ['mosquitto_(?:pub|sub|rr)', '-P '],
  ['ssh-keygen', '-[NP] '],
  ['(?:plink|pscp|psftp)', '-pw '],
  ['az login', '-p '],
  ['(?:podman|nerdctl|buildah|helm registry) login', '-p '],
  ['smbclient', '-U ?[\\w.\\\\/-]{1,60}%'],
  ['gh secret set', '(?:--body|-b)[ =]?'],
  ['aws configure set aws_(?:secret_access_key|session_token)', ''],
  ['aws ssm put-parameter', '--value[ =]'],
  ['aws secretsmanager', '--secret-string[ =]'],
  ['az keyvault secret set', '--value[ =]'],
  ['vault login', ''],
  ['htpasswd', '-[a-zA-Z]{0,5}b[a-zA-Z]{0,5} [^\\s]{1,200} [\\w.@-]{1,80} '],
  ['nmcli', 'password '],
  ['ConvertTo-SecureString', '(?:-String )?'],
  ['sqlplus', '[\\w.]{1,40}/(?=[^@\\s]{1,100}@)'],
];

function rule([program, before]: (typeof programs)[number]): SpacedRule {
  const gap = before === '' ? '[ \\t]{1,4}' : `[^\\n|;&]{0,300}?[ \\t]${before.replaceAll(/ (?!\\?)/g, '[ \\t]{1,4}')}`;
  return {
    // Past what is masked already, so that a second flag is found too.
    pattern: new RegExp(`\\b${program}\\b${gap}(?=[^\\s-])(?!["']?hwsecret)`, 'g'),
    kind: 'password',
    where: `argument of ${/[A-Za-z0-9-]{2,}/.exec(program)?.[0]}`,
    literal: true,
  };
}

/** Values that the programs above take. */
export const programRules: readonly SpacedRule[] = programs.map(rule);

/** Whether any of the programs is spoken of. Nearly always none is, and then none of the rules is tried. */
export const programName = new RegExp(`\\b(?:${[...new Set(programs.map(([program]) => program))].join('|')})\\b`);
