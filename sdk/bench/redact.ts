/**
 * Measures the redactor, which runs on the agent's thread: on texts of this repository, and on texts made to be slow.
 * Run with: node --conditions=@haltwire/source sdk/bench/redact.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRedactor } from '@haltwire/schemas/redact';

const root = join(import.meta.dirname, '..', '..');
const redactor = createRedactor();

/** Median time of one pass, microseconds. */
function time(text: string, passes: number): number {
  const took: number[] = [];
  for (let pass = -2; pass < passes; pass++) {
    const begun = performance.now();
    redactor.text(text);
    if (pass >= 0) took.push((performance.now() - begun) * 1000);
  }
  return took.sort((a, b) => a - b)[took.length >> 1] ?? 0;
}

const line = (what: string, text: string, us: number): void =>
  console.log(
    `${what.padEnd(36)}${(text.length / 1024).toFixed(1).padStart(8)} KiB${(us / (text.length / 1024)).toFixed(1).padStart(9)} us/KiB`,
  );

for (const file of [
  'README.md',
  'sdk/src/session/session.ts',
  'package-lock.json',
  'schemas/src/redact/places.test.ts',
]) {
  const text = readFileSync(join(root, file), 'utf8').slice(0, 65_536);
  line(file, text, time(text, 20));
}

/** Beginnings of formats, names, flags and quotes, said again and again. */
const hostile =
  `a|A|0|-|_|.|:|/|=|'|"|\\|<|(|xoxb-|ghp_|sk-ant-|sk.eyJ|eyJa.|AKIA|s.|perm:|dp.pt.|SG.|tskey-api-|password=|token: |token="|--token |
mongosh -p |openssl -k |echo a:b \\| chpasswd |curl -b a=|htpasswd -b a |a:1:b:c:|define("token", "|<password>|name: a value: |://a:|://|
cookie: a=|jdbc:oracle:thin:a/|token: str = "|-----BEGIN PRIVATE KEY-----|%41|\\u0041|QUFB|hwsecret.|1000.|0/0|12345678:|Bearer |snmpwalk -A |
api key: |mysql -p|login a password `
    .replaceAll('\n', '')
    .split(/(?<!\\)\|/);

console.log('\nSlowest of the texts that repeat one beginning; linear when both columns are alike:');
const worst = hostile
  .flatMap((seed) => ['', '!', ' '].map((tail) => seed + tail))
  .map((seed) => {
    const text = seed.repeat(Math.ceil(262_144 / seed.length));
    return { seed, short: time(text.slice(0, 65_536), 3) / 64, long: time(text.slice(0, 262_144), 1) / 256 };
  })
  .sort((a, b) => b.long - a.long);
for (const { seed, short, long } of worst.slice(0, 8))
  console.log(
    `${JSON.stringify(seed).padEnd(36)}64 KiB ${short.toFixed(0).padStart(6)} us/KiB   256 KiB ${long.toFixed(0).padStart(6)} us/KiB`,
  );
