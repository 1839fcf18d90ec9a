/** Judges the words after a program's name: true when this use is known to change nothing and run nothing. */
type Judge = (words: readonly string[]) => boolean;

/** Options of a program that are known to be harmless. What is not listed is refused. */
interface Options {
  /** Letters that may stand in a short option, alone or bundled, without a value. */
  readonly letters?: string;
  /** Letters whose value is attached or is the next word. */
  readonly valued?: string;
  /** Long options without a value, or with `=value`. */
  readonly long?: readonly string[];
  /** Most operands; default: any number. */
  readonly operands?: number;
  /** Fewest operands; default 0. A reader without operands would wait for input. */
  readonly atLeast?: number;
  /** `-20` is a count. */
  readonly count?: boolean;
}

function options(allowed: Options): Judge {
  const long = new Set(allowed.long);
  const letters = allowed.letters ?? '';
  const valued = allowed.valued ?? '';
  return (words) => {
    let operands = 0;
    let ended = false;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? '';
      if (ended || !word.startsWith('-') || word === '-') operands++;
      else if (word === '--') {
        // Where no operand may follow, the mark before operands says nothing we understand.
        if (allowed.operands === 0) return false;
        ended = true;
      } else if (word.startsWith('--')) {
        if (!long.has(word.slice(2).split('=', 1)[0] ?? '')) return false;
      } else if (!(allowed.count === true && /^-\d+$/.test(word))) {
        const taken = shortOption(word.slice(1), letters, valued);
        if (taken === undefined) return false;
        if (taken === 'next') i++;
        if (i >= words.length) return false;
      }
    }
    return operands <= (allowed.operands ?? Number.POSITIVE_INFINITY) && operands >= (allowed.atLeast ?? 0);
  };
}

/** `next` when the option's value is the next word, undefined when a letter is not known. */
function shortOption(bundle: string, letters: string, valued: string): 'done' | 'next' | undefined {
  for (let i = 0; i < bundle.length; i++) {
    const letter = bundle[i] ?? '';
    if (valued.includes(letter)) return i === bundle.length - 1 ? 'next' : 'done';
    if (!letters.includes(letter)) return undefined;
  }
  return 'done';
}

const grepLike: Options = {
  letters: 'rRnilLcwxvhHoEFsqaI',
  valued: 'ABCme',
  long: ['include', 'exclude', 'exclude-dir', 'color', 'colour', 'line-number', 'count', 'max-count', 'context'],
  atLeast: 1,
};

/** Tests and filters of `find` by number of values. `-exec`, `-delete`, `-ok`, `-fprint`, `-fls` are not here. */
const findWords: ReadonlyMap<string, number> = new Map([
  ...['-name', '-iname', '-path', '-ipath', '-type', '-maxdepth', '-mindepth'].map((name) => [name, 1] as const),
  ...['-size', '-mtime', '-mmin', '-newer', '-regex', '-iregex', '-user', '-group'].map((name) => [name, 1] as const),
  ...['-print', '-empty', '-not', '-o', '-or', '-a', '-and', '-readable'].map((name) => [name, 0] as const),
]);

function find(words: readonly string[]): boolean {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!/^[-(!,]/.test(word)) continue;
    const values = findWords.get(word);
    if (values === undefined || i + values >= words.length) return false;
    i += values;
  }
  return true;
}

const revision = { letters: 'pnsu', long: ['stat', 'name-only', 'name-status', 'oneline', 'graph', 'no-color'] };
const gitCommands: ReadonlyMap<string, Judge> = new Map([
  ['status', options({ letters: 'sbu', long: ['short', 'branch', 'porcelain'] })],
  ['log', options({ ...revision, valued: 'n', count: true, long: [...revision.long, 'all', 'decorate', 'max-count'] })],
  ['diff', options({ ...revision, long: [...revision.long, 'cached', 'staged'] })],
  ['show', options(revision)],
  ['branch', options({ letters: 'arv', long: ['list', 'show-current', 'all', 'remotes'], operands: 0 })],
  ['rev-parse', options({ long: ['show-toplevel', 'abbrev-ref', 'short', 'verify'] })],
  ['ls-files', options({ letters: 'comds' })],
  ['blame', options({ letters: 'lsw', valued: 'L' })],
  ['remote', options({ letters: 'v', operands: 0 })],
]);

function git(words: readonly string[]): boolean {
  const [command = '', ...rest] = words;
  // `git log <revision>:` and pathspec magic stay plain words; `-c`, `-C`, aliases and all else are refused.
  return gitCommands.get(command)?.(rest) === true;
}

/** `sed -n 10,20p file`: prints lines; any other script may write or execute. */
function sed(words: readonly string[]): boolean {
  const [quiet, script = '', ...files] = words;
  const plain = files.length > 0 && files.every((file) => !file.startsWith('-'));
  return quiet === '-n' && /^\d+(?:,\d+)?p$/.test(script) && plain;
}

/** Programs that read, list or tell, by name, each with what it may be asked. */
export const readOnlyPrograms: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['ls', options({ letters: 'alhtrRSd1FisGAo', long: ['all', 'almost-all', 'recursive', 'human-readable', 'color'] })],
  ['cat', options({ letters: 'nbsAETv', atLeast: 1 })],
  ['head', options({ letters: 'qv', valued: 'nc', count: true, long: ['lines', 'bytes'], atLeast: 1 })],
  ['tail', options({ letters: 'qv', valued: 'nc', count: true, long: ['lines', 'bytes'], atLeast: 1 })],
  ['wc', options({ letters: 'lwcmL', atLeast: 1 })],
  ['pwd', options({ letters: 'LP', operands: 0 })],
  ['echo', (words) => !words.some((word) => word.startsWith('-'))],
  ['grep', options(grepLike)],
  ['egrep', options(grepLike)],
  ['fgrep', options(grepLike)],
  [
    'rg',
    options({ letters: 'nilcwFsvoS', valued: 'ABCmetg', long: ['files', 'type', 'glob', 'line-number'], atLeast: 1 }),
  ],
  ['git', git],
  ['find', find],
  ['sed', sed],
  ['which', options({ letters: 'a', atLeast: 1 })],
  ['date', (words) => words.every((word) => word === '-u' || word.startsWith('+'))],
  ['stat', options({ letters: 'Lft', valued: 'c', atLeast: 1 })],
  ['du', options({ letters: 'shakmcxd', valued: '', long: ['max-depth'], operands: 8 })],
  ['df', options({ letters: 'hTikm' })],
  ['file', options({ letters: 'biL', atLeast: 1 })],
  ['tree', options({ letters: 'adfhpsDi', valued: 'LI' })],
  ['uname', options({ letters: 'asnrvmpio', operands: 0 })],
  ['whoami', options({ operands: 0 })],
  ['basename', options({ atLeast: 1 })],
  ['dirname', options({ atLeast: 1 })],
  ['realpath', options({ atLeast: 1 })],
  ['readlink', options({ letters: 'f', atLeast: 1 })],
]);
