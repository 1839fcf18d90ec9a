import { LIMITS } from '../config.ts';
import type { Findings } from '../findings.ts';
import { withoutLeadingComments } from './detect.ts';
import type { SqlContext } from './sql.ts';
import type { Meaning } from './statements.ts';

/** What a keyword says when the grammar does not. First match of a statement wins; order matters. */
const keywords: readonly (readonly [RegExp, Meaning])[] = [
  [
    /\bdrop\s+(?:database|schema|keyspace|warehouse|catalog|user|role|login)\b/i,
    { verb: 'delete', resource: 'database', scope: 'all' },
  ],
  [
    /\bdrop\s+(?:table|collection|column|partition|volume|stage|stream|tablespace|materialized|external)\b/i,
    { verb: 'delete', resource: 'table' },
  ],
  [/\b(?:drop|undrop|purge)\b/i, { verb: 'delete', resource: 'unknown' }],
  [/\btruncate\b/i, { verb: 'delete', resource: 'table', scope: 'all', destructiveness: 0.9 }],
  [/\bdelete\b(?![\s\S]*\bwhere\b)/i, { verb: 'delete', resource: 'row', scope: 'all', destructiveness: 0.9 }],
  [/\bdelete\b/i, { verb: 'delete', resource: 'row', scope: 'many', destructiveness: 0.5 }],
  [
    /\b(?:update|alter\s+table\s+\S+\s+update)\b(?![\s\S]*\bwhere\b)[\s\S]*\bset\b/i,
    { verb: 'update', resource: 'row', scope: 'all', destructiveness: 0.9, reversibility: 'irreversible' },
  ],
  [/\b(?:insert\s+overwrite|replace\s+into|update|merge)\b/i, { verb: 'update', resource: 'row', scope: 'many' }],
  [/\bgrant\b|\bidentified\s+by\b/i, { verb: 'grant', resource: 'role' }],
  [
    /\bxp_cmdshell\b|\binto\s+(?:out|dump)file\b|\bload_file\b|\bsystem\b/i,
    { verb: 'execute', resource: 'program', destructiveness: 0.6 },
  ],
  [/\b(?:alter|rename|set|reset|optimize|revoke)\b/i, { verb: 'update', resource: 'table' }],
  [/\b(?:insert|create|load|copy|import|attach)\b/i, { verb: 'create', resource: 'row' }],
  [/\b(?:exec|execute|call|do|begin|declare|kill|shutdown)\b/i, { verb: 'execute', resource: 'program' }],
  [
    /^[\s(]*(?:select|show|describe|desc|explain|pragma|use|list|values|with)\b/i,
    { verb: 'read', resource: 'table', confidence: 0.6 },
  ],
];

/** Adds an effect for each statement, by its keywords. Tolerant of any dialect; never sure. */
export function addByKeywords(findings: Findings, text: string, context: SqlContext): void {
  const all = text.slice(0, LIMITS.parsedText).split(';');
  if (text.length > LIMITS.parsedText || all.length > LIMITS.operands) findings.unread('more SQL than is read');
  const statements = all.slice(0, LIMITS.operands);
  for (const statement of statements) {
    const bare = withoutLeadingComments(statement.slice(0, 4096)).replaceAll(/'[^']{0,400}'/g, "''");
    if (bare.trim() === '') continue;
    const meaning = keywords.find(([pattern]) => pattern.test(bare))?.[1] ?? { verb: 'unknown', resource: 'unknown' };
    findings.add({
      ...meaning,
      system: context.system,
      target: context.target,
      credentialRef: context.credentialRef,
      evidence: `${context.by}: SQL read by keywords`,
      confidence: meaning.confidence ?? 0.6,
    });
  }
}
