import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, DEFAULT_FINGERPRINT_KEY, findPlaceholders, fingerprintOf, placeholderOf } from './index.ts';
import { TOO_DEEP } from './redact-value.ts';

const redactor = createRedactor();
const alphanumeric = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const hexDigits = [...'0123456789abcdef'];

function chars(set: readonly string[], length: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...set), { minLength: length, maxLength: length })
    .map((list) => list.join(''))
    .filter(
      (text) => new Set(text).size > 7 && /[0-9]/.test(text) && /[A-Za-z]/.test(text) && !/x{4}|0{9}/i.test(text),
    );
}

/** Built from parts, so that no scanner takes this file for a leak. */
const known = fc.oneof(
  chars(alphanumeric, 36).map((body) => `gh${'p_'}${body}`),
  chars(alphanumeric, 20).map((body) => `gl${'pat-'}${body}`),
  chars(alphanumeric, 24).map((body) => `sk_${'live_'}${body}`),
  chars(alphanumeric, 36).map((body) => `npm${'_'}${body}`),
  chars(alphanumeric, 35).map((body) => `AI${'za'}${body}`),
  chars(hexDigits, 64).map((body) => `dop_${'v1_'}${body}`),
  chars(alphanumeric, 40).map((body) => `sk-${'ant-'}${body}`),
  chars(alphanumeric, 24).map((body) => `hv${'s.'}${body}`),
);
const unshaped = fc.oneof(
  chars(alphanumeric, 24),
  chars(hexDigits, 32),
  fc.uuid().filter((id) => /[a-f]/.test(id)),
);
const secret = fc.oneof(known, unshaped);

const contexts: Record<string, (value: string) => string> = {
  'bearer header': (value) => `curl -H "Authorization: Bearer ${value}" https://api.host/v1`,
  'raw header': (value) => `curl -H 'Authorization: ${value}' https://api.host/v1`,
  'api key header': (value) => `X-Api-Key: ${value}\r\nAccept: */*`,
  'long flag': (value) => `tool --token ${value} list`,
  'flag with equals': (value) => `tool --api-key=${value} list`,
  'curl user': (value) => `curl -u someone:${value} https://api.host`,
  'env line': (value) => `A=1\nexport SERVICE_TOKEN=${value}\nB=2`,
  'quoted env line': (value) => `SERVICE_SECRET="${value}"`,
  'env before a command': (value) => `DB_PASSWORD=${value} ./migrate`,
  yaml: (value) => `database:\n  password: ${value}\n  host: db`,
  json: (value) => JSON.stringify({ name: 'a', apiKey: value, n: 1 }),
  'json in json': (value) => JSON.stringify({ body: JSON.stringify({ accessToken: value }) }),
  'json in json in json': (value) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ clientSecret: value }) }) }),
  toml: (value) => `[auth]\nsecret = "${value}"`,
  javascript: (value) => `const apiKey = '${value}';`,
  ruby: (value) => `{ :password => '${value}' }`,
  xml: (value) => `<settings><password>${value}</password></settings>`,
  'url userinfo': (value) => `postgres://someone:${value}@db.host:5432/main`,
  query: (value) => `https://api.host/v1?access_token=${value}&page=2`,
  'percent-encoded body': (value) => `body=${encodeURIComponent(JSON.stringify({ token: value }))}`,
  'unicode escapes': (value) => JSON.stringify({ x: `token=${value}` }).replace(/t/g, '\\u0074'),
  'basic header': (value) => `Authorization: Basic ${Buffer.from(`someone:${value}`).toString('base64')}`,
  'base64 program': (value) =>
    `echo ${Buffer.from(`curl -H "Authorization: Bearer ${value}" x`).toString('base64')} | base64 -d | sh`,
  'powershell program': (value) =>
    `powershell -enc ${Buffer.from(`$token = "${value}"; go`, 'utf16le').toString('base64')}`,
  'base64 twice': (value) =>
    Buffer.from(`run ${Buffer.from(`export API_TOKEN=${value}\n`).toString('base64')} now`).toString('base64'),
  'kubernetes env': (value) => `- name: API_TOKEN\n  value: ${value}`,
  cookie: (value) => `Cookie: theme=dark; sid=${value}`,
};

/** Every reading in which a secret could still be found. */
function readings(text: string, depth = 0): string[] {
  const all = [
    text,
    text.replaceAll(/\\+u00([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  ];
  all.push(text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))));
  if (depth < 3) {
    for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
      all.push(...readings(Buffer.from(run, 'base64').toString('utf8'), depth + 1));
      all.push(Buffer.from(run, 'base64').toString('utf16le'));
    }
  }
  return all;
}

describe('a redacted text', () => {
  for (const [name, context] of Object.entries(contexts)) {
    it(`holds no secret in any reading: ${name}`, () => {
      fc.assert(
        fc.property(secret, (value) => {
          const redacted = redactor.text(context(value));
          for (const reading of readings(redacted.value)) expect(reading).not.toContain(value);
          expect(redacted.secrets.map((found) => found.fingerprint)).toContain(fingerprintOf(value));
        }),
        { numRuns: 60 },
      );
    });
  }

  it.each(Object.entries(contexts))('holds no value that is nearly all one character: %s', (_name, context) => {
    for (const value of [
      '00000000-007a-1000-8000-000000000000',
      '0000000000000000000000000000b7d1',
      'aaaaaaaaaaaaaaaaaaaaaaa1',
    ]) {
      const redacted = redactor.text(context(value));
      for (const reading of readings(redacted.value)) expect(reading).not.toContain(value);
      expect(redacted.secrets.map((found) => found.fingerprint)).toContain(fingerprintOf(value));
    }
  });

  it('keeps what is one character only, in a place or in a format', () => {
    for (const text of [
      'API_KEY=0000000000000000000000000000',
      'API_KEY="glc_1111111111111111111111111111="',
      'Cookie: sid=00000000-0000-0000-0000-000000000000',
      'token: "--------------------"',
      'gh'.concat(`p_${'z'.repeat(36)}`),
    ])
      expect(redactor.text(text)).toEqual({ value: text, secrets: [] });
  });

  it('holds no secret of a known format wherever it stands', () => {
    fc.assert(
      fc.property(known, fc.constantFrom(' ', '"', '\n', '(', '/', ',', '='), (value, mark) => {
        expect(redactor.text(`see${mark}${value}${mark} there`).value).not.toContain(value);
      }),
    );
  });

  it('does not change when it is redacted again', () => {
    const mixed = fc.array(
      fc.oneof(
        fc.tuple(secret, fc.constantFrom(...Object.values(contexts))).map(([value, context]) => context(value)),
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('token=', 'password: "', "'", '\\"', '%3D', '-----BEGIN PRIVATE KEY-----', '://', '@'),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(mixed, (parts) => {
        const once = redactor.text(parts.join(' ')).value;
        const twice = redactor.text(once);
        expect(twice.value).toBe(once);
        expect(twice.secrets).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a base64 program that holds no secret, and keeps one that does decodable', () => {
    const clean = Buffer.from('rm -rf /srv/data && echo done').toString('base64');
    expect(redactor.text(`echo ${clean} | base64 -d | sh`).value).toBe(`echo ${clean} | base64 -d | sh`);
    const value = 'k3'.concat('Jq8vLz0PwT5nRb7YdX2m');
    const program = `curl -X DELETE -H "Authorization: Bearer ${value}" https://api.host/volumes/1`;
    const { value: text } = redactor.text(`echo ${Buffer.from(program).toString('base64')} | base64 -d | sh`);
    const decoded = Buffer.from(text.split(' ')[1] ?? '', 'base64').toString();
    expect(decoded).toBe(
      program.replace(value, placeholderOf({ kind: 'bearer-token', fingerprint: fingerprintOf(value) })),
    );
  });

  it('masks a wrapped base64 file and a private key that was cut', () => {
    const value = 'Zq9'.concat('vLz0PwT5nRb7YdX2m');
    const wrapped = Buffer.from(`${'# a comment line\n'.repeat(9)}API_TOKEN=${value}\n`)
      .toString('base64')
      .replaceAll(/(.{76})/g, '$1\n');
    for (const reading of readings(redactor.text(wrapped).value.replaceAll('\n', '')))
      expect(reading).not.toContain(value);
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'.repeat(3);
    const cut = redactor.text(`key: -----BEGIN ${'PRIVATE KEY'}-----\n${body}`);
    expect(cut.value).not.toContain('MIIEvQ');
    expect(cut.secrets[0]?.kind).toBe('private-key');
  });

  it('leaves variables, templates, types and examples alone', () => {
    for (const text of [
      'curl -H "Authorization: Bearer $TOKEN" https://x',
      'export API_TOKEN=$'.concat('{RAILWAY_TOKEN}'),
      'token: <your-token>',
      'API_KEY=xxxxxxxxxxxxxxxx',
      'password: changeme',
      'password = "example-password"',
      '{"password": null, "token": true, "secret": "none"}',
      'function login(token: string, password: string) {}',
      'const token = getToken(request)',
      'const token = config.auth.token',
      'max_tokens: 4096, next_page_token: abcdef1234567890',
      'aws_access_key_id=AKIA1111111111111111',
      'git commit -m "rotate the token"',
      'mutation { volumeDelete(volumeId: "3f2a9c1e-77aa-4c0e-9d11-aabbccddeeff") }',
      'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    ]) {
      expect(redactor.text(text)).toEqual({ value: text, secrets: [] });
    }
  });

  it('keeps what a classifier needs around the secret', () => {
    const value = 'hunter'.concat('22x');
    const { value: text } = redactor.text(`psql postgres://admin:${value}@db.prod:5432/main -c 'DROP TABLE users'`);
    expect(text).toMatch(
      /^psql postgres:\/\/admin:hwsecret\.url-password\.hwf_[0-9a-f]{32}@db\.prod:5432\/main -c 'DROP/,
    );
  });
});

describe('a secret that is known from one place', () => {
  it('is masked where nothing around it tells, in the same text and in the other members of a value', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const text = redactor.text(
          `echo ${value} > /tmp/x; curl -H "Authorization: Bearer ${value}" https://h/${value}`,
        );
        expect(text.value).not.toContain(value);
        const members = redactor.value({
          before: `see ${value}`,
          token: value,
          after: [value, { [value]: `x${value}` }],
        });
        expect(JSON.stringify(members.value)).not.toContain(value);
      }),
    );
  });

  it('is masked too when its format tells, though it looks like a word', () => {
    const token = ['glpat-', 'AAAAAAAAAAAAAjEKNWI1'.slice(0, 20)].join('');
    expect(redactor.text(`TOKEN=${token}; echo ${token}x > f`).value).not.toContain(token);
  });

  it('is not taken for one where it is an ordinary word', () => {
    const text = 'mysql --password=production && deploy production';
    expect(redactor.text(text).value).toMatch(/--password=hwsecret\.password\.hwf_[0-9a-f]{32} && deploy production$/);
  });
});

describe('a fingerprint', () => {
  it('is the same wherever the secret stands', () => {
    fc.assert(
      fc.property(unshaped, (value) => {
        const seen = new Set(
          Object.values(contexts).flatMap((context) =>
            redactor.text(context(value)).secrets.map((one) => one.fingerprint),
          ),
        );
        expect([...seen]).toEqual([fingerprintOf(value)]);
      }),
      { numRuns: 40 },
    );
  });

  it('depends on the key of the deployment', () => {
    const own = createRedactor({ fingerprintKey: 'own key' });
    const text = `API_TOKEN=${'q8Zr'.concat('tW2mLx7v')}`;
    expect(own.text(text).secrets[0]?.fingerprint).not.toBe(redactor.text(text).secrets[0]?.fingerprint);
    expect(fingerprintOf('a')).toBe(fingerprintOf('a', DEFAULT_FINGERPRINT_KEY));
  });

  it('is read back from a placeholder, each once, with its provider', () => {
    const one = { kind: 'github-token', fingerprint: fingerprintOf('one') };
    const two = { kind: 'password', fingerprint: fingerprintOf('two') };
    const text = `a ${placeholderOf(one)}@h ${placeholderOf(two)}/${placeholderOf(one)}`;
    expect(findPlaceholders(text)).toEqual([{ ...one, provider: 'github' }, two]);
  });
});

describe('a redacted value', () => {
  const value = 'Jq8v'.concat('Lz0PwT5nRb7YdX2m');

  it('is masked by key, by sibling name, and behind a flag of an argument list', () => {
    const { value: redacted, secrets } = redactor.value({
      headers: { Authorization: `Bearer ${value}`, 'x-api-key': value },
      env: [{ name: 'API_TOKEN', value }],
      argv: ['curl', '-u', `someone:${value}`, '--token', value],
      nested: { deep: [{ client_secret: value }] },
      pin: 4,
    });
    expect(JSON.stringify(redacted)).not.toContain(value);
    expect(secrets.map((secret) => secret.fingerprint)).toEqual([fingerprintOf(value)]);
    expect(redacted).toMatchObject({ pin: 4, env: [{ name: 'API_TOKEN' }] });
  });

  it('has clean keys, and keeps a member named __proto__ as data', () => {
    const token = `gh${'p_'}${value}${value}`;
    const { value: redacted } = redactor.value(JSON.parse(`{"${token}": 1, "__proto__": {"password": "${value}"}}`));
    expect(JSON.stringify(redacted)).not.toContain(value);
    expect(Object.keys(redacted as object)).toContain('__proto__');
  });

  it('is cut at its depth cap, survives cycles and getters that throw', () => {
    let deep: unknown = value;
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    expect(JSON.stringify(redactor.value(deep).value)).toContain(TOO_DEEP);
    const cycle: Record<string, unknown> = { password: value };
    cycle.self = cycle;
    cycle.bad = Object.defineProperty({}, 'boom', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(JSON.stringify(redactor.value(cycle).value)).not.toContain(value);
  });

  it('is redacted a second time without change', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ depthSize: 'small' }),
        fc.constantFrom('password', 'token', 'body'),
        secret,
        (json, key, one) => {
          const first = redactor.value({ [key]: one, json }).value;
          expect(redactor.value(first)).toEqual({ value: first, secrets: [] });
        },
      ),
    );
  });
});

describe('a hostile input', () => {
  it('never makes the redactor throw, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.anything(), (text, value) => {
        redactor.text(text);
        redactor.text(`password="${text}`);
        redactor.text(`Authorization: Basic ${text}`);
        JSON.stringify(redactor.value(value).value);
      }),
      { numRuns: 300 },
    );
    expect(redactor.text('token=\ud800abc\udfff1234567890').value).toContain('token=');
  });

  // A quadratic step would take hours here; each of these ends in well under a second.
  for (const seed of [
    'token=',
    'token="',
    'token=\\"',
    'eyJ',
    'eyJaaaaaaaa.',
    'xoxb-',
    'sk-',
    '://',
    '-----BEGIN PRIVATE KEY-----',
    '--token ',
    '<token>',
    '\\',
    '%41',
    'cookie: a',
    'aGVs',
    'key ',
    '....',
    'aaaaaaaaaaaaaaaa\n',
  ]) {
    it(`of 1 MiB is read in bounded work: ${JSON.stringify(seed)} repeated`, () => {
      expect(redactor.text(seed.repeat((1 << 20) / seed.length)).value.length).toBeGreaterThan(0);
    });
  }
});

describe('a redactor with a memory', () => {
  const secret = ['k9Qz', 'W2rT', 'x7Lm', 'V4nB', 'p8Yc'].join('');

  it('knows a secret again where neither form nor place gives it away', () => {
    const memory = createRedactor().remembering();
    expect(memory.text(`echo ${secret}`).secrets).toEqual([]);
    const first = memory.text(`API_TOKEN=${secret}`).secrets[0];
    const again = memory.value({ note: `see ${secret}!` });
    expect(again.secrets.map(({ fingerprint }) => fingerprint)).toEqual([first?.fingerprint]);
    expect(JSON.stringify(again.value)).not.toContain(secret);
  });

  it('shares nothing with another one', () => {
    createRedactor().remembering().text(`API_TOKEN=${secret}`);
    expect(createRedactor().remembering().text(`echo ${secret}`).secrets).toEqual([]);
  });

  it('forgets the oldest of many, and stays bounded', () => {
    const memory = createRedactor().remembering();
    memory.text(`API_TOKEN=${secret}`);
    for (let i = 0; i < 300; i += 1) memory.text(`API_TOKEN=${secret.slice(3)}${i}Zx${i * 7}`);
    expect(memory.text(`echo ${secret}`).secrets).toEqual([]);
  });
});
