import { classifyRequest, splitUrl } from '../../http/request.ts';
import { notePath } from '../../secrets.ts';
import { add, bounded, type Call, type Handler, pathOf } from '../call.ts';
import { has, type Options, optionValue, readOptions } from '../options.ts';
import { writtenText } from '../written.ts';
import type { CommandTable } from './index.ts';

const curlLong =
  'request header data data-raw data-binary data-ascii data-urlencode json form form-string user url output upload-file oauth2-bearer cookie referer user-agent max-time connect-timeout retry proxy cacert cert key write-out config resolve cookie-jar interface limit-rate aws-sigv4 netrc-file variable'.split(
    ' ',
  );
const DATA = ['d', 'data', 'data-raw', 'data-binary', 'data-ascii', 'data-urlencode', 'json'] as const;

/** `--next` begins a request with options of its own. */
const curl: Handler = (call) => {
  const next = call.args.findIndex(({ value }) => value === '--next' || value === '-:');
  if (next === -1) return curlRequest(call);
  curlRequest({ ...call, args: call.args.slice(0, next) });
  curl({ ...call, args: call.args.slice(next + 1) });
};

const curlRequest: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'XHdFuoTbcAemrxwKyYzEtQPC', long: curlLong });
  const urls = [...options.operands, ...(options.values.get('url') ?? [])];
  if (has(options, 'K', 'config')) {
    call.findings.unclear('curl reads its options from a file');
    add(call, { verb: 'unknown', resource: 'unknown', system: 'http', credentialRef: 'unknown', confidence: 0.3 });
  }
  writesOutput(call, optionValue(options, 'o', 'output'), has(options, 'O', 'remote-name'), urls[0]);
  const { body, hidden } = curlBody(call, options);
  const form = has(options, 'F', 'form');
  const upload = optionValue(options, 'T', 'upload-file');
  if (upload !== undefined) notePath(call.findings, pathOf(call, upload).path ?? upload.value, 'uploads');
  const asGet = has(options, 'G', 'get');
  const given = optionValue(options, 'X', 'request')?.value;
  const implied = has(options, 'I', 'head')
    ? 'HEAD'
    : upload !== undefined
      ? 'PUT'
      : (body !== undefined || hidden !== undefined || form) && !asGet
        ? 'POST'
        : 'GET';
  for (const url of bounded(call, urls)) {
    classifyRequest(call.findings, {
      method: given ?? implied,
      url: asGet && body !== undefined ? `${url.value}?${body}` : url.value,
      headers: headersOf(options),
      body: asGet ? undefined : body,
      hiddenBody: hidden ?? upload?.value,
      authorises: authorisation(options),
      by: `shell: ${call.shell.trail}curl`,
    });
  }
  const formFiles = [...(options.values.get('F') ?? []), ...(options.values.get('form') ?? [])].flatMap(
    ({ value }) => /=[@<]([^;]+)/.exec(value)?.[1] ?? [],
  );
  const sent = [
    ...formFiles,
    ...(upload === undefined ? [] : [upload.value]),
    ...(hidden === undefined || PAYLOAD.test(hidden) ? [] : [hidden.replace(/^the file /, '')]),
  ];
  sendsFiles(call, sent, urls);
  if (urls.length === 0) add(call, { verb: 'read', resource: 'program', system: 'shell', confidence: 0.8 });
};

/** A body that was written to be one. */
const PAYLOAD = /\.(?:json|graphql|gql|xml|ya?ml|ndjson|txt)$/i;
const LOCAL = /^(?:https?:\/\/)?(?:localhost|127\.|\[?::1|0\.0\.0\.0|host\.docker\.internal)/i;

/** What stands in files, or comes through a pipe, leaves for another machine. */
function sendsFiles(call: Call, files: readonly string[], urls: Call['args']): void {
  const to = urls.find(({ value }) => !LOCAL.test(value));
  const [first, ...more] = files;
  if (to === undefined || first === undefined) return;
  const { host } = splitUrl(to.value);
  notePath(call.findings, first, 'sends');
  const target = { id: first, ...(host === '' ? {} : { host }) };
  add(call, {
    verb: 'transfer',
    resource: 'file',
    system: 'http',
    target,
    scope: more.length > 0 ? 'many' : 'one',
    note: `sends ${first}`,
    confidence: 0.7,
  });
}

function authorisation(options: Options): string | undefined {
  if (has(options, 'n', 'netrc', 'negotiate', 'ntlm')) return '';
  return optionValue(options, 'u', 'user', 'oauth2-bearer', 'netrc-file', 'E', 'cert', 'aws-sigv4', 'b', 'cookie')
    ?.value;
}

function headersOf(options: Options): (readonly [string, string])[] {
  const headers = [...(options.values.get('H') ?? []), ...(options.values.get('header') ?? [])];
  return headers.map(({ value }) => {
    const colon = value.indexOf(':');
    return [
      value.slice(0, colon === -1 ? value.length : colon).trim(),
      colon === -1 ? '' : value.slice(colon + 1).trim(),
    ] as const;
  });
}

/** The literal body, and where the rest of it comes from. */
function curlBody(call: Call, options: Options): { body: string | undefined; hidden: string | undefined } {
  const parts: string[] = [];
  let hidden: string | undefined;
  for (const name of DATA) {
    for (const { value, known } of options.values.get(name) ?? []) {
      const file = name === 'data-raw' ? undefined : /^(?:[\w-]*)@(.+)$/s.exec(value)?.[1];
      const isFile = file !== undefined && (name === 'data-urlencode' || value.startsWith('@'));
      if (isFile && (file === '-' || file === '/dev/stdin') && call.input.text !== undefined)
        parts.push(call.input.text);
      else if (isFile) {
        const written = writtenText(call.shell, { value: file, known, glob: false });
        if (written !== undefined) {
          parts.push(written);
          continue;
        }
        hidden = file === '-' ? (call.input.from ?? 'standard input') : `the file ${file}`;
        notePath(call.findings, file, 'sends');
      } else {
        if (!known && /^\s*\$/.test(value)) hidden = value.slice(0, 80);
        parts.push(value);
      }
    }
  }
  const joined = parts.length === 0 ? undefined : parts.join('&');
  return { body: joined, hidden };
}

function writesOutput(
  call: Call,
  output: Call['args'][number] | undefined,
  remoteName: boolean,
  url: Call['args'][number] | undefined,
): void {
  if (output === undefined && !remoteName) return;
  if (output !== undefined && /^(?:-|\/dev\/(?:null|stdout|stderr))$/.test(output.value)) return;
  const named = output ?? (url === undefined ? undefined : { ...url, value: url.value.split('/').at(-1) ?? '' });
  const target = named === undefined ? {} : pathOf(call, named).target;
  if (named !== undefined && call.shell.made.fetched.size < 100)
    call.shell.made.fetched.add(target.path ?? named.value);
  add(call, { verb: 'create', resource: 'file', system: 'filesystem', target, destructiveness: 0.2, note: '-o' });
}

const wget: Handler = (call) => {
  const long =
    'method body-data body-file post-data post-file header user password output-document directory-prefix output-file'.split(
      ' ',
    );
  const options = readOptions(call.args, { valued: 'OPoUtTeQiwAaRDl', long });
  const body = optionValue(options, 'body-data', 'post-data')?.value;
  const file = optionValue(options, 'body-file', 'post-file')?.value;
  const headers = (options.values.get('header') ?? []).map(
    ({ value }) => value.split(/:\s*(.*)/s, 2) as [string, string],
  );
  if (file !== undefined) sendsFiles(call, [file], options.operands);
  const remoteName = !has(options, 'O', 'output-document', 'spider');
  writesOutput(call, optionValue(options, 'O', 'output-document'), remoteName, options.operands[0]);
  for (const url of bounded(call, options.operands)) {
    classifyRequest(call.findings, {
      method: optionValue(options, 'method')?.value ?? (body !== undefined || file !== undefined ? 'POST' : 'GET'),
      url: url.value,
      headers: headers.map(([name, value]) => [name, value ?? ''] as const),
      body,
      hiddenBody: file,
      authorises: optionValue(options, 'password', 'user')?.value,
      by: `shell: ${call.shell.trail}wget`,
    });
  }
};

/** HTTPie and xh: `http [METHOD] URL [name=value | name:value | name==value]…`. */
const httpie: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'aAos', long: ['auth', 'auth-type', 'output', 'session', 'raw'] });
  const [first, ...rest] = options.operands.map(({ value }) => value);
  const named = first !== undefined && /^(?:[A-Z]+|get|head|post|put|patch|delete|options)$/.test(first);
  const url = (named ? rest[0] : first) ?? '';
  const items = named ? rest.slice(1) : rest;
  const headers = items.flatMap((item) => {
    const header = /^([\w-]+):(?!=)(.*)$/s.exec(item);
    return header === null ? [] : [[header[1] ?? '', header[2] ?? ''] as const];
  });
  const fields: Record<string, unknown> = {};
  for (const item of items) {
    const field = /^([\w.[\]-]+?):?=(?!=)(.*)$/s.exec(item);
    if (field !== null) fields[field[1] ?? ''] = field[2] ?? '';
  }
  const hasFields = Object.keys(fields).length > 0;
  const raw = optionValue(options, 'raw')?.value ?? call.input.text;
  classifyRequest(call.findings, {
    method: named ? (first ?? 'GET') : hasFields || raw !== undefined ? 'POST' : 'GET',
    url,
    headers,
    body: raw ?? (hasFields ? JSON.stringify(fields) : undefined),
    hiddenBody: raw === undefined && call.input.from !== undefined ? call.input.from : undefined,
    authorises: optionValue(options, 'a', 'auth')?.value,
    by: `shell: ${call.shell.trail}${call.name}`,
  });
};

/** Command-line HTTP clients. */
export const httpClients: CommandTable = { curl, wget, http: httpie, https: httpie, xh: httpie, xhs: httpie };
