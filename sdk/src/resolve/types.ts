/** A system that a call would act on, though its text does not say which: read from what lies around it. */
export interface ResolvedTarget {
  /** Which resolver says so, e.g. `kubernetes`. */
  readonly resolver: string;
  /** `postgresql`, `kubernetes`, `aws`, … */
  readonly system: string;
  /** `production`, `staging`, …, when the place names one. */
  readonly environment?: string | undefined;
  /** Host and database, cluster and namespace, account, project. Never a credential. */
  readonly id?: string | undefined;
  /** Which file or variable says so. */
  readonly evidence: string;
}

/** What is known of a call whose target is looked for. Secrets are masked in it. */
export interface TargetQuery {
  readonly tool: string;
  readonly arguments: unknown;
  /** Absolute working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads files for resolvers: bounded, cached, never throwing. */
export interface Files {
  /** The text of a regular file of at most 256 KiB; undefined when there is none. */
  read(path: string): string | undefined;
  /** Whether something is there. */
  has(path: string): boolean;
  /** The folder and its parents up to the repository's root; the folder alone outside of a repository. */
  upwards(folder: string): readonly string[];
}

/** What a resolver is given. */
export interface ResolveContext {
  /** All texts of the call, one a line. */
  readonly text: string;
  /** Working directory; a `cd` at the beginning of a command is followed. */
  readonly cwd: string;
  readonly home: string;
  readonly env: TargetQuery['env'];
  readonly files: Files;
}

/**
 * Reads one kind of ambient target.
 *
 * Called for calls that ask, if their text matches `concerns`. It reads named files only and runs nothing; what it
 * throws counts as nothing found.
 */
export interface TargetResolver {
  readonly name: string;
  readonly concerns: RegExp;
  resolve(context: ResolveContext): readonly Omit<ResolvedTarget, 'resolver'>[];
}
