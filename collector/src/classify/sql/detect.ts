const STATEMENT =
  /^[\s(;]*(?:select|insert|update|delete|replace|merge|drop|truncate|alter|create|grant|revoke|with|begin|start|commit|rollback|explain|show|describe|desc|set|use|copy|vacuum|analyze|call|do|exec|execute|table|values|lock|reindex|cluster|refresh|comment|prepare|pragma|attach|detach|rename|flush|purge|optimize|kill|load|import|export|unload|restore|backup|shutdown|declare|savepoint|release|listen|notify|discard|reset|reassign|checkpoint|security|import|undrop|if)\b/i;

/** Leading comments; each is skipped once, so the cost stays linear. */
const COMMENT = /^\s*(?:--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)/;

/** A text without its leading SQL comments. */
export function withoutLeadingComments(text: string): string {
  let rest = text;
  for (let turns = 0; turns < 32; turns++) {
    const comment = COMMENT.exec(rest)?.[0];
    if (comment === undefined || comment === '') break;
    rest = rest.slice(comment.length);
  }
  return rest;
}

/** Whether a text starts like a SQL statement. */
export function looksLikeSql(text: string): boolean {
  return STATEMENT.test(withoutLeadingComments(text.slice(0, 4096)));
}
