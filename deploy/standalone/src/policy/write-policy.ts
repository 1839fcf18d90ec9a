import type { Reason } from '@haltwire/detector';
import { canonicalJson, defaultPolicy, type Policy } from '@haltwire/schemas';
import { Document, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import { cut, oneLine } from '../terminal/text.ts';

const COMMENT = 160;

/** What agents name themselves may stand in a comment: it must stay one. */
function commentOf(text: string): string {
  return ` ${cut(oneLine(text), COMMENT)}`;
}

function keyAt(document: Document, path: readonly string[]) {
  let node: unknown = document.contents;
  for (const [place, key] of path.entries()) {
    if (!isMap(node)) return undefined;
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return undefined;
    if (place === path.length - 1) return isScalar(pair.key) ? pair.key : undefined;
    node = pair.value;
  }
  return undefined;
}

/** A policy as YAML, with a comment above each line that has a reason, and `head` above all. What is a default is left out. */
export function writePolicy(policy: Policy, reasons: readonly Reason[], head: readonly string[]): string {
  const { version, ...sections } = policy;
  const filled = Object.entries(sections).filter(
    ([name, section]) => canonicalJson(section) !== canonicalJson(defaultPolicy[name as keyof Policy]),
  );
  const document = new Document({ version, ...Object.fromEntries(filled) });
  visit(document, {
    Seq: (_key, node) => {
      if (isSeq(node) && node.items.every(isScalar)) node.flow = true;
    },
  });
  for (const { path, comment } of reasons) {
    const key = keyAt(document, path);
    if (key !== undefined) key.commentBefore = [key.commentBefore, commentOf(comment)].filter(Boolean).join('\n');
  }
  document.commentBefore = head.map(commentOf).join('\n');
  return document.toString({ lineWidth: 0 });
}
