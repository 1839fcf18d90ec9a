import { targetIn } from '../../generic.ts';
import { actOf } from '../../words.ts';
import { add, type Call, credentialOf, valuesOf } from '../call.ts';

/**
 * A program that no table knows: it executes, and if its words name an act (`acme volume delete v1`), that act counts
 * as well.
 */
export function unknownProgram(call: Call): void {
  const words = valuesOf(call.args);
  const named = actInWords([call.name, ...words.slice(0, 4)]);
  const credentialRef = credentialOf(call);
  if (named?.act.sure && ['delete', 'grant', 'transfer', 'publish'].includes(named.act.verb)) {
    const id = words.slice(named.at).find((word) => !word.startsWith('-'));
    add(call, {
      verb: named.act.verb,
      resource: named.act.resource,
      system: call.name,
      target: id === undefined ? {} : targetIn(id, named.act.resource),
      credentialRef,
      confidence: 0.5,
    });
    return;
  }
  add(call, {
    verb: 'execute',
    resource: 'program',
    system: 'shell',
    target: { id: call.name },
    credentialRef,
    confidence: 0.5,
  });
}

/** The act that leading subcommands name, and where its operands start. */
export function actInWords(words: readonly string[]) {
  const leading: string[] = [];
  for (const [at, word] of words.entries()) {
    if (word.startsWith('-') || !/^[A-Za-z][\w:-]*$/.test(word) || leading.length === 4) break;
    leading.push(word);
    const act = at === 0 ? undefined : actOf(word);
    if (act?.sure === true) {
      const things = [...leading.slice(1, -1), act.resource === 'unknown' ? '' : act.resource].filter(
        (part) => part !== '',
      );
      const next = words[at + 1];
      // `delete volume v1` as well as `volume delete v1`.
      const after = things.length === 0 && next !== undefined && /^[a-z][a-z-]+$/.test(next) && words.length > at + 2;
      const resource = after ? next : (things.at(-1) ?? 'unknown');
      return { act: { ...act, resource: actOf(`get_${resource}`)?.resource ?? resource }, at: at + (after ? 1 : 0) };
    }
  }
  return undefined;
}
