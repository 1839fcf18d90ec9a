import { memberOf } from '../text.ts';
import { listOf, relationOf, textIn } from './nodes.ts';
import type { Meaning } from './statements.ts';

const dropped: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_MATVIEW: 'view',
  OBJECT_VIEW: 'view',
  OBJECT_SCHEMA: 'schema',
  OBJECT_INDEX: 'index',
  OBJECT_EXTENSION: 'extension',
  OBJECT_FUNCTION: 'function',
  OBJECT_POLICY: 'policy',
};

/** DROP of tables, schemas, views and the like. */
export function dropDraft(body: unknown): Meaning {
  const objects = listOf(body, 'objects');
  const type = textIn(body, 'removeType') ?? '';
  const cascade = memberOf(body, 'behavior') === 'DROP_CASCADE';
  const resource = dropped[type] ?? type.replace('OBJECT_', '').toLowerCase().replaceAll('_', '-');
  return {
    verb: 'delete',
    resource,
    scope: cascade || objects.length > 1 ? 'many' : 'one',
    target: { id: objects.slice(0, 8).map(objectName).join(',') },
    // What an extension or type held goes with it.
    ...(cascade ? { destructiveness: 1, reversibility: 'irreversible' as const } : {}),
  };
}

function objectName(node: unknown): string {
  const items = listOf(memberOf(node, 'List'), 'items');
  const parts = (items.length > 0 ? items : [node]).map((item) => textIn(memberOf(item, 'String'), 'sval'));
  return parts.filter((part) => part !== undefined).join('.');
}

/** ALTER TABLE: dropping a column loses data, the rest changes shape. */
export function alterDraft(body: unknown): Meaning {
  const target = relationOf(body);
  const kinds = listOf(body, 'cmds').map((node) => textIn(memberOf(node, 'AlterTableCmd'), 'subtype') ?? '');
  if (kinds.includes('AT_DropColumn')) {
    return { verb: 'delete', resource: 'column', scope: 'all', destructiveness: 0.8, target };
  }
  const loose = /^AT_(?:DropNotNull|DropExpression|DropIdentity|DropInherit|DropOf|DropOids|DropCluster)$/;
  if (kinds.some((kind) => /^AT_(?:Drop|Detach)/.test(kind) && !loose.test(kind))) {
    const resource = kinds.some((kind) => kind.includes('Partition')) ? 'partition' : 'constraint';
    return { verb: 'delete', resource, destructiveness: 0.5, reversibility: 'recoverable', target };
  }
  const lossy = kinds.includes('AT_AlterColumnType') || kinds.includes('AT_DisableRowSecurity');
  return { verb: 'update', resource: 'table', destructiveness: lossy ? 0.5 : 0.3, target };
}
