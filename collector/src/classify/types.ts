import type { CredentialUse, Derived, Phase, ResolvedTarget, SecretSeen } from '@haltwire/schemas';

/** The tool of a call, as its sender names it. What is said beside the name adds effects, it takes none away. */
export interface ClassifyTool {
  readonly name: string;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  /** Names of the parameters that its schema has. */
  readonly parameters?: readonly string[] | undefined;
  /** MCP's `destructiveHint`. Its `readOnlyHint` is a promise of whoever wrote the tool, and is not asked for. */
  readonly destructive?: boolean | undefined;
}

/** What came back from a call. */
export interface ClassifyResult {
  readonly status: 'ok' | 'error';
  readonly errorType?: string | undefined;
  /** Redacted text of the result, possibly cut. */
  readonly text?: string | undefined;
  readonly secretsSeen: readonly SecretSeen[];
}

/** One call event, redacted: secrets stand as `hwsecret.<kind>.<fingerprint>` placeholders. */
export interface ClassifyInput {
  readonly phase: Phase;
  readonly tool: ClassifyTool;
  readonly arguments: unknown;
  /** Absolute working directory of the call, when known. */
  readonly cwd?: string | undefined;
  /** Targets that resolvers in the sdk read from ambient context: they name the environment where the call does not. */
  readonly targets?: readonly ResolvedTarget[] | undefined;
  readonly credentials: readonly CredentialUse[];
  /** Contents of files that this session wrote, by absolute path: what runs them is looked into, which adds effects only. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Absolute paths that this session is known to have created; never a sender's word, because it makes a deletion milder. */
  readonly created?: readonly string[] | undefined;
  /** Arguments or result were cut at a size cap. */
  readonly truncated?: boolean | undefined;
  /** Present on results only. */
  readonly result?: ClassifyResult | undefined;
}

/**
 * Reads what a call would do, or did.
 *
 * The collector calls it once per call event, on its request path. Synchronous, pure, bounded on any input; it never
 * throws: what it cannot read becomes an `unknown` effect and sets `opaque`.
 */
export interface Classifier {
  classify(input: ClassifyInput): Derived;
}
