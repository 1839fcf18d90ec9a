import { secretStore } from '@haltwire/schemas';
import { LIMITS } from '../config.ts';
import { classifyRequest } from '../http/request.ts';
import { cuts } from '../lexicon.ts';
import { add, type Call } from '../shell/call.ts';
import { noteWrite } from '../shell/redirects.ts';
import { runWrapped } from '../shell/run.ts';
import { type Argument, literal, nested } from '../shell/state.ts';
import { walkSource } from '../shell/walk.ts';
import { looksLikeSql } from '../sql/detect.ts';
import { classifySql } from '../sql/sql.ts';
import { actOf } from '../words.ts';
import { decoded } from './decoders.ts';
import { type CodeCall, CodeReader } from './evaluate.ts';
import { dialectOf, tokenize } from './tokens.ts';
import type { Value } from './values.ts';

/** Names that hand a text or a list of words to a shell. */
const SHELLS =
  /^(?:`|\$|system|popen2?|execSync|execFile(?:Sync)?|spawn(?:Sync|l|lp|v|vp|ve)?|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|shell_exec|passthru|proc_open|capture[23]e?|exec[lv]p?e?|qx|shell|sh|bash|\$\.?sync|execa(?:Sync)?|execaCommand(?:Sync)?|command|Command|create_subprocess_(?:shell|exec)|posix_spawnp?)$/;
/** Of those, the ones that other things are called too: the receiver has to speak of processes. */
const VAGUE = /^(?:run|call|exec|spawn|command|Command|sh|bash|shell|system)$/;
const PROCESSES =
  /^(?:os|subprocess|sp|child_process|cp|childProcess|Open3|Kernel|Process|IO|Bun|Deno|pty|commands|shelljs|shell|asyncio|execa|std|Proc|)$/;

/** Names that delete files, whoever is asked. */
const REMOVES =
  /^(?:rmtree|rmSync|unlink(?:Sync|_p)?|rmdir(?:Sync)?|rimraf(?:Sync)?|rm_rf|rm_r|rm_f|removedirs|remove_tree|remove_dir_all|remove_file|emptyDir(?:Sync)?|remove_entry(?:_secure)?|remove_dir|send2trash|removeSync|deltree|RemoveAll|deleteSync|secure_delete|truncateSync)$/;
/** Names that do so where a file system is asked. */
const REMOVES_HERE = /^(?:remove|rm|delete|del|truncate|erase|safe_unlink)$/;
const FILES =
  /(?:^|[./])(?:os|fs|fsp|fse|promises|File|Files|FileUtils|FileSystem|Dir|Deno|Bun|Path|pathlib|Pathname|shutil|path)$/;
const TREES = /tree|^rm(?:Sync)?$|rimraf|rm_r|removedirs|_all|emptyDir|RemoveAll|dir_all|entry/;

const WRITES =
  /^(?:write_text|write_bytes|writeFile(?:Sync)?|file_put_contents|to_csv|to_json|outputFile(?:Sync)?|writeTextFile)$/;
const REQUESTS =
  /^(?:get|post|put|patch|delete|request|head|options|fetch|urlopen|Request|axios|got|ky|send|http_request)$/;
const CLIENTS =
  /(?:^|\.)(?:requests?|httpx|axios|got|ky|session|client|http|https|urllib3?|request|conn(?:ection)?|needle|superagent|HTTP|Faraday|RestClient|HTTParty|api|\$?ua|UserAgent|fetch|Delete|Post|Put|Patch)$/;
const QUERIES =
  /^(?:execute|executemany|executescript|query|raw|exec|run|text|prepare|do|exec_driver_sql|unsafe|\$?(?:execute|query)Raw(?:Unsafe)?|sql|read_sql|mysqli_query|pg_query)$/;
const EVALS = /^(?:eval|exec|Function|compile|assert|instance_eval|class_eval|runInNewContext|runInThisContext)$/;
/** Acts of clients and models that delete, by one word. */
const BARE_DELETES =
  /^(?:delete|destroy|terminate|truncate|purge|flushall|flushdb|drop_all|destroy_all|delete_all|deleteMany|dropDatabase|wipe|delete!|destroy!)$/;

/**
 * Reads code: its calls, with the texts that it puts together itself. Never sure. Inline code stays opaque; a script that
 * the session wrote is no more so than one that nobody looked into.
 */
export function classifyCode(call: Call, code: string, inline = true): void {
  const { findings, shell } = call;
  if (inline) findings.unclear(`${call.name}: inline code that is not parsed`);
  if (shell.depth >= LIMITS.depth) {
    findings.unread('code nested deeper than is read');
    return;
  }
  if (code.length > LIMITS.code) findings.unread('more code than is read');
  const text = code.slice(0, LIMITS.code);
  const dialect = dialectOf(call.name);
  const repeated = shell.repeated || /\b(?:for|while|forEach|each|map|foreach)\b/.test(text);
  const inner: Call = {
    ...call,
    shell: nested(shell, { depth: shell.depth + 1, trail: `${shell.trail}${call.name} > `, repeated }),
  };
  const tokens = tokenize(text, dialect, LIMITS.codeTokens);
  findings.countTokens(tokens.length);
  if (tokens.length >= LIMITS.codeTokens) findings.unread('more code than is read');
  new CodeReader(tokens, dialect, (made) => noteCall(inner, made)).read();
  // A shell line that is given to the wrong interpreter still says what was meant.
  if (/^\s*(?:sudo\s+)?rm\s+-/.test(text)) walkSource(text, inner.shell);
  if (/\bos\.environ\b(?!\s*[[.])|process\.env\b(?![.[])|printenv/.test(text))
    findings.hunt(`${call.name} reads the whole environment`);
  for (const { kind, value } of tokens) {
    const store =
      kind === 'string' && value.length > 2 && value.length < 200 && value.includes('.')
        ? secretStore(value)
        : undefined;
    if (store !== undefined) findings.hunt(`code names ${value}: ${store}`);
  }
  add(call, { verb: 'execute', resource: 'program', system: 'shell', note: 'inline code', confidence: 0.5 });
}

/** Records what one call does; answers its value when it only computes one. */
function noteCall(call: Call, made: CodeCall): Value | undefined {
  const dot = made.callee.lastIndexOf('.');
  const name = made.callee.slice(dot + 1);
  const base = dot === -1 ? '' : made.callee.slice(0, dot);
  const value = decoded(made);
  if (value !== undefined) return value;
  handedOn(call, made);
  if (EVALS.test(name) && evaluates(call, made, base)) return undefined;
  if (SHELLS.test(name) && (!VAGUE.test(name) || PROCESSES.test(base.slice(base.lastIndexOf('.') + 1))))
    runs(call, made);
  else if (REMOVES.test(name) || (REMOVES_HERE.test(name) && FILES.test(base)) || (name === 'unlink' && base !== ''))
    removes(call, made, name);
  else if (QUERIES.test(name) && queries(call, made)) return undefined;
  else if ((REQUESTS.test(name) || namesMethod(made)) && requests(call, made, name, base)) return undefined;
  else if (WRITES.test(name) || name === 'open' || /^File\.(?:write|open|new)$/.test(made.callee))
    writes(call, made, name);
  else if (/^(?:kill|killpg|pkill|taskkill)$/.test(name) && /^(?:os|process|Process|)$/.test(base))
    add(call, { verb: 'delete', resource: 'process', system: 'process', note: made.callee, confidence: 0.7 });
  else if (name === 'dup2') {
    call.findings.unclear('code hands its standard streams to something else');
    add(call, { verb: 'execute', resource: 'program', system: 'shell', destructiveness: 0.7, note: made.callee });
  } else named(call, made, name, base);
  return undefined;
}

/** `map(os.remove, files)`, `array_map('unlink', $files)`, `files.forEach(fs.unlinkSync)`. */
function handedOn(call: Call, { callee, args }: CodeCall): void {
  if (!/(?:^|[._])(?:map|forEach|each|apply|filter|call_user_func|walk|submit|Thread|array_map)$/.test(callee)) return;
  for (const value of args) {
    const handed = value.type === 'name' ? value.name : value.type === 'text' ? value.text : '';
    const dot = handed.lastIndexOf('.');
    const name = handed.slice(dot + 1);
    const deletes = REMOVES.test(name) || (REMOVES_HERE.test(name) && FILES.test(handed.slice(0, Math.max(0, dot))));
    if (deletes) removes(call, { callee: handed, args: [], named: new Map(), receiver: undefined }, name);
  }
}

function argumentOf(value: Value | undefined): Argument {
  if (value?.type === 'text') return { value: value.text, known: value.known, glob: false };
  return { value: '(computed)', known: false, glob: false };
}

function textIn(value: Value | undefined): string | undefined {
  return value?.type === 'text' ? value.text : undefined;
}

/** A text for a shell, or words of a command. */
function runs(call: Call, { callee, args, receiver }: CodeCall): void {
  const [first, second] = args.length > 0 ? args : [receiver];
  const list = first?.type === 'list' ? first.items : undefined;
  if (list !== undefined) {
    runWrapped(call, list.map(argumentOf));
    return;
  }
  const shown = textIn(first);
  if (shown === undefined) {
    call.findings.unclear(`${callee} runs what the code does not show`);
    add(call, { verb: 'unknown', resource: 'program', system: 'shell', note: callee, confidence: 0.4 });
    return;
  }
  const more = second?.type === 'list' ? second.items : args.slice(1).filter((value) => value.type === 'text');
  // `system("rm", "-rf", x)`, `spawn('rm', ['-rf', x])`, `execlp('rm', 'rm', '-rf', x)`.
  if (more.length > 0 && !/\s/.test(shown)) {
    const words = /^(?:.*\.)?(?:exec|spawn)[lv]/.test(callee) ? more : [first, ...more];
    runWrapped(call, words.map(argumentOf));
    return;
  }
  walkSource(shown, nested(call.shell));
}

/** `eval(text)`; JavaScript's and Ruby's `exec(text)` is a shell. */
function evaluates(call: Call, made: CodeCall, base: string): boolean {
  const name = made.callee.slice(made.callee.lastIndexOf('.') + 1);
  const shell = name === 'exec' && !call.name.startsWith('python');
  if (shell) {
    if (base !== '' && !PROCESSES.test(base.slice(base.lastIndexOf('.') + 1))) return false;
    runs(call, made);
    return true;
  }
  if (base !== '' && !/^(?:builtins|__builtins__|global(?:This)?|window|vm|Kernel)$/.test(base)) return false;
  const shown = textIn(made.args.at(name === 'Function' ? -1 : 0));
  if (shown !== undefined) classifyCode(call, shown);
  else if (made.args.length > 0 && name !== 'compile' && name !== 'assert') {
    call.findings.unclear(`${name} runs a text that the code does not show`);
    add(call, {
      verb: 'execute',
      resource: 'program',
      system: 'shell',
      destructiveness: 0.6,
      note: name,
      confidence: 0.5,
    });
  }
  return true;
}

/** Deletes through a file API: judged as `rm` of the same path. */
function removes(call: Call, { callee, args, named: options, receiver }: CodeCall, name: string): void {
  const about = args[0]?.type === 'object' || args.length === 0 ? (receiver ?? args[0]) : args[0];
  const flags = [
    ...options.keys(),
    ...args.flatMap((value) => (value.type === 'object' ? [...value.members.keys()] : [])),
  ];
  const recursive = flags.includes('recursive') || (TREES.test(name) && !/^rm(?:Sync)?$/.test(name));
  const paths = about?.type === 'list' ? about.items.map(argumentOf) : [argumentOf(about)];
  if (recursive && paths.some((path) => !path.known && path.value === '(computed)')) {
    const common = {
      resource: 'directory',
      system: 'filesystem',
      scope: 'many',
      note: callee,
      confidence: 0.7,
    } as const;
    add(call, { verb: 'delete', ...common });
    return;
  }
  runWrapped({ ...call, name: callee }, [
    literal('rm'),
    ...(recursive ? [literal('-r')] : []),
    literal('--'),
    ...paths,
  ]);
}

function writes(call: Call, { args, receiver, named: options }: CodeCall, name: string): void {
  const opens = name === 'open' || name === 'new';
  const mode = textIn(args[1]) ?? textIn(options.get('mode')) ?? '';
  if (opens && !/^[rb]*[wax+>]/.test(mode)) return;
  const path = opens || receiver === undefined || args.length > 1 ? args[0] : receiver;
  const shown = argumentOf(path);
  noteWrite(shown.value, shown.known, /^[ba>]*a/.test(mode) || mode === '>>' ? '>>' : '>', call.shell);
}

function queries(call: Call, { callee, args }: CodeCall): boolean {
  const sql = textIn(args.find((value) => value.type === 'text' && looksLikeSql(value.text)));
  if (sql === undefined) return false;
  classifySql(call.findings, sql, { system: 'sql', by: `shell: ${call.shell.trail}${callee}` });
  return true;
}

/** `req('DELETE', '/api/x')`: a helper of the code's own that takes a method and an address. */
function namesMethod({ args }: CodeCall): boolean {
  const [method, url] = args;
  return /^(?:POST|PUT|PATCH|DELETE)$/.test(textIn(method) ?? '') && /^(?:https?:\/)?\//.test(textIn(url) ?? '');
}

/** An HTTP request with the method, address and body that the code shows. */
function requests(
  call: Call,
  { callee, args, named: options, receiver }: CodeCall,
  name: string,
  base: string,
): boolean {
  const helper = namesMethod({ callee, args, named: options, receiver });
  const client = helper || (base === '' ? /^(?:fetch|urlopen|Request|axios|got|ky)$/.test(name) : CLIENTS.test(base));
  const members = new Map(options);
  for (const value of args)
    if (value.type === 'object') for (const [key, member] of value.members) members.set(key, member);
  const texts = [...args, members.get('url') ?? receiver].map(textIn).filter((value) => value !== undefined);
  const url = texts.find((value) => /^(?:https?:\/\/|\/|\$\{)|^[\w.-]+\.\w+\//.test(value));
  if (!client || url === undefined) return false;
  const verb = /^(?:get|post|put|patch|delete|head|options)$/.test(name) ? name : undefined;
  const method =
    textIn(members.get('method')) ??
    verb ??
    texts.find((value) => /^(?:GET|POST|PUT|PATCH|DELETE)$/.test(value)) ??
    /\.(Delete|Post|Put|Patch)/.exec(base)?.[1];
  const body =
    members.get('body') ??
    members.get('data') ??
    members.get('json') ??
    (/^(?:post|put|patch)$/.test(name) ? args[1] : undefined);
  const shown = body === undefined ? undefined : bodyText(body);
  classifyRequest(call.findings, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url,
    headers: headersOf(members.get('headers')),
    body: shown,
    hiddenBody: body !== undefined && shown === undefined ? 'the code' : undefined,
    by: `shell: ${call.shell.trail}${callee}`,
  });
  return true;
}

function bodyText(value: Value): string | undefined {
  if (value.type === 'text') return value.text;
  const plain = plainOf(value, 0);
  return plain === undefined ? undefined : JSON.stringify(plain);
}

function plainOf(value: Value, depth: number): unknown {
  if (value.type === 'text') return value.text;
  if (depth > 6) return undefined;
  if (value.type === 'list') return value.items.map((item) => plainOf(item, depth + 1) ?? null);
  if (value.type !== 'object') return undefined;
  return Object.fromEntries([...value.members].map(([key, member]) => [key, plainOf(member, depth + 1) ?? null]));
}

function headersOf(value: Value | undefined): (readonly [string, string])[] {
  if (value?.type !== 'object') return [];
  return [...value.members].map(([name, member]) => [name, textIn(member) ?? ''] as const);
}

/** A method whose name speaks: `client.delete_bucket(…)`, `prisma.user.deleteMany()`. */
function named(call: Call, { callee, args, named: options }: CodeCall, name: string, base: string): void {
  if (name === '' || name.length > 80) return;
  const act = actOf(name);
  if (act?.sure !== true) return;
  const several = act.resource !== 'unknown';
  const target = { id: textIn([...options.values(), ...args].find((value) => value.type === 'text')) ?? '' };
  const common = { system: 'code', target, note: callee.slice(0, 80), confidence: 0.5 };
  if (act.verb === 'delete' && (several || BARE_DELETES.test(name)) && base !== '')
    add(call, {
      ...common,
      verb: 'delete',
      resource: act.resource,
      ...(/all|Many|drop|flush|truncate/i.test(name) ? { scope: 'all' as const } : {}),
    });
  else if (act.verb === 'update' && cuts.has(name) && base.includes('.'))
    add(call, { ...common, verb: 'update', resource: 'unknown', destructiveness: 0.5 });
  else if ((act.verb === 'transfer' || act.verb === 'grant') && several && base !== '')
    add(call, { ...common, verb: act.verb, resource: act.resource });
}
