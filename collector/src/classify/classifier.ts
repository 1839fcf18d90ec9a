import { type CredentialUse, type Derived, findPlaceholders, readVerbs, type SecretSeen } from '@haltwire/schemas';
import { fillEnvironments } from './ambient.ts';
import { Findings } from './findings.ts';
import { textOf } from './generic.ts';
import { type EffectDraft, worstOf } from './impact.ts';
import { outcomeOf } from './outcome.ts';
import { route } from './route.ts';
import { searchedSources } from './secret-source.ts';
import type { Classifier, ClassifyInput } from './types.ts';

/** The classifier. Its parsers must be loaded: use `loadClassifier`. */
export function createClassifier(): Classifier {
  return { classify };
}

function classify(input: ClassifyInput): Derived {
  let credentials: CredentialUse[] = [];
  try {
    credentials = merged(input.credentials, findPlaceholders(textOf(input.arguments)), 64);
    return derive(input, new Findings(credentials));
  } catch (error) {
    // Whatever the input did to us, it must not pass as harmless.
    const findings = new Findings(credentials);
    findings.unread(`not classified: ${error instanceof Error ? error.name : 'unknown failure'}`);
    return derived(input, findings);
  }
}

/** An assignment, a comment, an empty text: every judged call has an effect to show. */
const NOTHING: EffectDraft = {
  verb: 'execute',
  resource: 'nothing',
  system: 'shell',
  destructiveness: 0,
  reversibility: 'reversible',
  evidence: 'does nothing that leaves the call',
};

function derive(input: ClassifyInput, findings: Findings): Derived {
  if (input.truncated === true && input.phase !== 'result') findings.unread('the arguments were cut at a size cap');
  // A result without its arguments is judged by its text; the intent has the effects.
  if (input.phase === 'intent' || input.arguments !== undefined) {
    route(findings, withoutFiles(input));
    if (input.files !== undefined) lookInto(findings, input);
    fillEnvironments(findings.effects, input.targets ?? []);
    if (findings.effects.length === 0) findings.add(NOTHING);
  }
  return derived(input, findings);
}

function withoutFiles(input: ClassifyInput): ClassifyInput {
  return input.files === undefined ? input : { ...input, files: undefined };
}

/** Reads the call again with the files that its sender shows: a claim, so what it tells stands beside the rest. */
function lookInto(findings: Findings, input: ClassifyInput): void {
  const shown = new Findings(findings.credentials);
  route(shown, input);
  findings.include(shown);
}

function derived(input: ClassifyInput, findings: Findings): Derived {
  const { effects, opaque, secretHunt } = findings;
  const harmless = effects.every((effect) => readVerbs.includes(effect.verb) && effect.confidence === 1);
  const known = effects.length > 0;
  const answer: Derived = {
    effects,
    worst: worstOf(effects),
    readOnly: known && harmless && !findings.sensitive && opaque === undefined && findings.credentials.length === 0,
    credentials: [...findings.credentials],
    secretsSeen: [],
  };
  if (secretHunt !== undefined) answer.secretHunt = secretHunt;
  if (opaque !== undefined) answer.opaque = opaque;
  const { result } = input;
  if (result === undefined) return answer;
  answer.secretsSeen = located(merged(result.secretsSeen, findPlaceholders(result.text ?? ''), 256), input, findings);
  answer.outcome = outcomeOf(result, effects);
  return answer;
}

/** Paths below the working directory as people say them. */
function shortened(source: string | undefined, cwd: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  const base = cwd === undefined || cwd.endsWith('/') ? cwd : `${cwd}/`;
  if (base !== undefined && source.startsWith(base) && source.length > base.length) return source.slice(base.length);
  return source.replace(/^\.\//, '');
}

/** Says of each secret where the call read it: the file that a search names, else the first that the call reads. */
function located(secrets: readonly CredentialUse[], input: ClassifyInput, findings: Findings): SecretSeen[] {
  if (secrets.length === 0) return [];
  const searched = findings.effects.some((effect) => effect.verb === 'search' || effect.verb === 'execute');
  const named = searched ? searchedSources(input.result?.text ?? '') : undefined;
  return secrets.map(({ fingerprint, kind, provider, where }) => {
    const source = shortened(named?.get(fingerprint) ?? findings.sources[0], input.cwd);
    return {
      fingerprint,
      kind,
      ...(provider === undefined ? {} : { provider }),
      ...(where === undefined ? {} : { where }),
      ...(source === undefined ? {} : { source }),
    };
  });
}

/** Both lists, each fingerprint once. */
function merged(first: readonly CredentialUse[], second: readonly CredentialUse[], most: number): CredentialUse[] {
  const byFingerprint = new Map<string, CredentialUse>();
  for (const use of [...first, ...second])
    if (!byFingerprint.has(use.fingerprint)) byFingerprint.set(use.fingerprint, use);
  return [...byFingerprint.values()].slice(0, most);
}
