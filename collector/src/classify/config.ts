/** Bounds of one classification: hostile input costs a fixed amount of work, then counts as opaque. */
export const LIMITS = {
  /** Longest text that a parser is given, characters. */
  parsedText: 65_536,
  /** Longest shell text that is parsed, characters: the parser may read each a dozen times. */
  shellText: 40_960,
  /** Longest inline code of an interpreter that is read, characters, and its tokens. */
  code: 20_000,
  codeTokens: 6000,
  /** Nested interpreters, functions and substitutions. */
  depth: 12,
  /** Commands walked in one call, all levels together. */
  commands: 128,
  /** Syntax nodes visited in one call. */
  nodes: 2500,
  /** Characters that variables may expand to in one call. */
  expandedText: 250_000,
  /** Characters that part commands or begin a substitution or redirection, in one shell text. */
  structure: 5_000,
  /** Redirections of one command. */
  redirects: 64,
  /** Longest expansion inside a word, characters: nested ones are read again at each level. */
  expansion: 4096,
  /** Nesting of substitutions and expansions in one text: each level is read again. */
  nesting: 24,
  /** Characters that the ends of all brackets in one shell text are looked for in. */
  lookedAhead: 4_000_000,
  /** Parts of one word: quotes, expansions. */
  wordParts: 4096,
  /** Words of one command. */
  words: 1024,
  /** Files, places and addresses of one command, statements of one text. */
  operands: 128,
  /** Items of a literal loop that are walked one by one. */
  loopItems: 16,
  /** Words that braces may expand to. */
  braceWords: 32,
  /** Members of arguments that are looked at. */
  members: 250,
  /** Values kept of a variable, characters. */
  variable: 8192,
  /** Nesting of brackets in SQL and GraphQL. */
  brackets: 150,
  /** Longest SQL that PostgreSQL's grammar is asked about, and all of one call, characters: it takes a microsecond for each. */
  sqlParsed: 3000,
  /** What it costs to ask the grammar at all, in characters. */
  sqlAsked: 60,
  /** Longest SQL that counts as understood when no grammar has read it, characters. */
  sqlShown: 16_384,
  /** Tokens of SQL that are read without a grammar. */
  sqlTokens: 12_000,
  /** Operators and chaining keywords in SQL: each may be one level of the parser's recursion. */
  sqlOperators: 1500,
  /** Tokens of a GraphQL document. */
  graphqlTokens: 8000,
  /** Result text that is searched, characters. */
  resultText: 8192,
} as const;
