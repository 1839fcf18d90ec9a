import { classifySql } from '../../sql/sql.ts';
import { add, bounded, type Call, credentialOf, type Handler } from '../call.ts';
import { type OptionShape, optionValue, readOptions } from '../options.ts';
import { literal, nested } from '../state.ts';
import { walkSource } from '../walk.ts';
import { writtenText } from '../written.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** How a client takes SQL. */
interface SqlClient extends OptionShape {
  readonly system: string;
  /** Options whose value is SQL. */
  readonly sql: readonly string[];
  /** Options whose value is a file of SQL. */
  readonly file: readonly string[];
  /** Options that name the host. */
  readonly host: readonly string[];
  /** Options that name the database. */
  readonly database: readonly string[];
  /** SQL may be the operand after the database. */
  readonly operand?: boolean;
}

const long = [
  'command',
  'execute',
  'file',
  'host',
  'port',
  'username',
  'user',
  'dbname',
  'database',
  'password',
  'query',
  'queries-file',
  'init-command',
  'variable',
  'set',
];
const clients: Readonly<Record<string, SqlClient>> = {
  psql: {
    system: 'postgresql',
    sql: ['c', 'command'],
    file: ['f', 'file'],
    host: ['h', 'host'],
    database: ['d', 'dbname'],
    valued: 'cfdhpUvoLPRFT',
  },
  mysql: {
    system: 'mysql',
    sql: ['e', 'execute', 'init-command'],
    file: [],
    host: ['h', 'host'],
    database: ['D', 'database'],
    valued: 'ehPuDS',
  },
  sqlite3: {
    system: 'sqlite',
    sql: ['cmd'],
    file: ['init'],
    host: [],
    database: [],
    operand: true,
    singleDash: true,
    long: ['cmd', 'init', 'separator', 'nullvalue', 'newline', 'maxsize', 'mmap', 'vfs', 'heap', 'escape'],
  },
  duckdb: { system: 'duckdb', sql: ['c', 's'], file: [], host: [], database: [], operand: true },
  'clickhouse-client': {
    system: 'clickhouse',
    sql: ['q', 'query', 'n'],
    file: ['queries-file'],
    host: ['h', 'host'],
    database: ['d', 'database'],
    valued: 'qhud',
  },
  sqlcmd: { system: 'mssql', sql: ['Q', 'q'], file: ['i'], host: ['S'], database: ['d'], valued: 'QqiSdUP' },
  cqlsh: {
    system: 'cassandra',
    sql: ['e', 'execute'],
    file: ['f', 'file'],
    host: [],
    database: ['k'],
    valued: 'efkup',
  },
  snowsql: { system: 'snowflake', sql: ['q', 'query'], file: ['f'], host: [], database: ['d'], valued: 'qfdua' },
};

function sqlClient(client: SqlClient): Handler {
  return (call) => {
    const options = readOptions(call.args, { ...client, long: [...long, ...(client.long ?? [])] });
    const credentialRef = credentialOf(call);
    const operands = options.operands.map(({ value }) => value);
    const host =
      optionValue(options, ...client.host)?.value ?? /@([^/:\s@]{1,255}(?::\d{1,5})?)\//.exec(operands[0] ?? '')?.[1];
    const database =
      optionValue(options, ...client.database)?.value ?? operands[0]?.split(/[?]/, 1)[0]?.split('/').at(-1);
    const context = {
      system: client.system,
      target: { ...(host === undefined ? {} : { host }), ...(database === undefined ? {} : { id: database }) },
      credentialRef,
      by: `shell: ${call.shell.trail}${call.name}`,
      onShell: (command: string) =>
        walkSource(
          command,
          nested(call.shell, { depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` }),
        ),
    };
    // sqlite3 refuses every write then.
    if (client.system === 'sqlite' && (options.flags.has('readonly') || options.flags.has('safe')))
      return add(call, { verb: 'read', resource: 'table', ...context, confidence: 0.8 });
    const texts = client.sql.flatMap((name) => options.values.get(name) ?? []);
    if (client.operand === true) texts.push(...options.operands.slice(1).filter(({ value }) => !/^\d+$/.test(value)));
    for (const { value, known } of bounded(call, texts)) {
      if (!known && /^\s*\$/.test(value)) call.findings.unclear(`${call.name}: SQL that is not shown`);
      classifySql(call.findings, value, context);
    }
    if (texts.length > 0) return;
    if (call.input.text !== undefined) return classifySql(call.findings, call.input.text, context);
    const given = optionValue(options, ...client.file);
    const written = given === undefined ? undefined : writtenText(call.shell, given);
    if (written !== undefined) return classifySql(call.findings, written, context);
    const file = given?.value ?? call.input.from;
    if (file !== undefined) call.findings.unclear(`${call.name} runs SQL from ${file}`);
    const verb = file === undefined ? 'authenticate' : 'unknown';
    add(call, {
      verb,
      resource: 'database',
      system: client.system,
      target: context.target,
      credentialRef,
      confidence: 0.5,
    });
  };
}

/** Words of redis commands by what they do. */
const redis: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'hpanuir', long: ['user', 'pass', 'eval'], stopAtOperand: true });
  const words = options.operands.map(({ value }) => value);
  const shown = words.length > 0 ? [words.join(' ')] : (call.input.text?.split('\n') ?? []);
  const target = { host: optionValue(options, 'h')?.value };
  for (const line of bounded(call, shown.map(literal)).map(({ value }) => value)) addRedis(call, line.trim(), target);
  if (shown.length === 0)
    add(call, { verb: 'authenticate', resource: 'database', system: 'redis', target, confidence: 0.5 });
};

function addRedis(call: Call, line: string, host: { host?: string | undefined }): void {
  const [name = '', key] = line.split(/\s+/);
  const command = name.toLowerCase();
  const target = { ...host, ...(key === undefined ? {} : { id: key }) } as { host?: string; id?: string };
  const common = { system: 'redis', target, credentialRef: credentialOf(call), note: line.slice(0, 80) };
  if (/^flush(?:all|db)$/.test(command)) add(call, { ...common, verb: 'delete', resource: 'database', scope: 'all' });
  else if (/^(?:del|unlink|hdel|ltrim|srem|zrem|xtrim|getdel|expire|pexpire)$/.test(command))
    add(call, { ...common, verb: 'delete', resource: 'row' });
  else if (
    /^(?:get|mget|hget|hgetall|keys|scan|ttl|type|exists|info|dbsize|llen|lrange|smembers|zrange|ping|client|memory|strlen|scard)$/.test(
      command,
    )
  )
    add(call, { ...common, verb: 'read', resource: 'row', confidence: 0.95 });
  else if (/^(?:eval|evalsha|script|module|debug|shutdown|config|replicaof|slaveof|acl)$/.test(command))
    add(call, { ...common, verb: 'execute', resource: 'database', destructiveness: 0.6 });
  else add(call, { ...common, verb: 'update', resource: 'row' });
}

/** Methods of mongosh scripts. */
const mongo: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'up', long: ['eval', 'host', 'username', 'password', 'file'] });
  const text = optionValue(options, 'eval')?.value ?? call.input.text ?? '';
  const common = {
    system: 'mongodb',
    target: { id: options.operands[0]?.value ?? '' },
    credentialRef: credentialOf(call),
  };
  if (/\.dropDatabase\s*\(/.test(text)) add(call, { ...common, verb: 'delete', resource: 'database', scope: 'all' });
  else if (/\.drop\w*\s*\(/.test(text)) add(call, { ...common, verb: 'delete', resource: 'collection', scope: 'all' });
  else if (/\.(?:deleteMany|remove)\s{0,9}\(\s{0,9}(?:\{\s{0,9}\}\s{0,9})?\)/.test(text))
    add(call, { ...common, verb: 'delete', resource: 'document', scope: 'all' });
  else if (/\.(?:delete\w*|remove\w*|findOneAndDelete)\s*\(/.test(text))
    add(call, { ...common, verb: 'delete', resource: 'document', destructiveness: 0.6 });
  else if (/\.(?:insert|update|replace|bulkWrite|rename|create)\w*\s*\(/.test(text))
    add(call, { ...common, verb: 'update', resource: 'document' });
  else if (text !== '' && /^[\w.\s()'"{}:$,[\]-]*$/.test(text))
    add(call, { ...common, verb: 'read', resource: 'document', confidence: 0.7 });
  else {
    call.findings.unclear(`${call.name}: a script that is not shown`);
    add(call, { ...common, verb: 'unknown', resource: 'database', confidence: 0.4 });
  }
};

const drops: Handler = (call) => {
  const database = readOptions(call.args, { valued: 'hpU', long: ['host', 'username'] }).operands.at(-1)?.value;
  add(call, {
    verb: 'delete',
    resource: call.name === 'dropuser' ? 'role' : 'database',
    system: 'postgresql',
    scope: 'all',
    target: { id: database ?? '' },
    credentialRef: credentialOf(call),
  });
};

/** Clients of databases. */
export const databases: CommandTable = {
  ...Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, sqlClient(client)])),
  mariadb: sqlClient(clients.mysql ?? (Object.values(clients)[0] as SqlClient)),
  'redis-cli': redis,
  'valkey-cli': redis,
  ...each('mongosh mongo', mongo),
  ...each('dropdb dropuser', drops),
  mysqladmin: (call) =>
    call.args.some(({ value }) => value === 'drop')
      ? add(call, {
          verb: 'delete',
          resource: 'database',
          system: 'mysql',
          scope: 'all',
          target: { id: call.args.at(-1)?.value ?? '' },
        })
      : add(call, { verb: 'execute', resource: 'database', system: 'mysql', confidence: 0.6 }),
  ...each('createdb createuser', (call) =>
    add(call, { verb: call.name === 'createuser' ? 'grant' : 'create', resource: 'database', system: 'postgresql' }),
  ),
  ...each('pg_dump pg_dumpall mysqldump mongodump mongoexport pg_basebackup', (call) =>
    add(call, {
      verb: 'read',
      resource: 'database',
      system: 'database',
      scope: 'all',
      credentialRef: credentialOf(call),
      confidence: 0.9,
    }),
  ),
  ...each('pg_restore mongorestore mongoimport', (call) => {
    const clean = call.args.some(({ value }) => /^(?:-c|--clean|--drop)$/.test(value));
    add(call, {
      verb: clean ? 'delete' : 'update',
      resource: 'database',
      system: 'database',
      scope: 'many',
      ...(clean ? {} : { destructiveness: 0.5 }),
      credentialRef: credentialOf(call),
    });
  }),
};
