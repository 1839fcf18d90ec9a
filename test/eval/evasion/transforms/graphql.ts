import type { ToolCall } from '../../support/front.ts';
import { quote } from '../quote.ts';
import type { Dice, GraphqlSeed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';

interface Body {
  readonly query: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly operationName?: string;
}

const URL = 'https://api.cloud.dev/graphql/v2';

/** By curl, from a file, by an http tool or by a GraphQL tool. */
function deliver(body: Body, { pick }: Dice): ToolCall {
  const json = JSON.stringify(body);
  return pick([
    shellCall(`curl -X POST ${URL} -H 'Content-Type: application/json' -d ${quote(json)}`),
    shellCall(`curl -s ${URL} --data-raw ${quote(json)}`),
    { tool: 'http_request', arguments: { url: URL, method: 'POST', body } },
    { tool: 'graphql', arguments: { ...body } },
  ]);
}

const on = (name: string, write: (seed: GraphqlSeed, dice: Dice) => ToolCall): Transformation<GraphqlSeed> => ({
  name,
  rewrite: write,
});

const callOf = ({ field, argument, id }: GraphqlSeed): string => `${field}(${argument}: "${id}") { id }`;

/** One operation, in other words and by other ways. */
export const graphql: readonly Transformation<GraphqlSeed>[] = [
  on('GraphQL plain', (seed, dice) => deliver({ query: `${seed.operation} { ${callOf(seed)} }` }, dice)),
  on('GraphQL alias', (seed, dice) => deliver({ query: `${seed.operation} { listAll: ${callOf(seed)} }` }, dice)),
  on('GraphQL fragment', (seed, dice) => {
    const type = seed.operation === 'mutation' ? 'Mutation' : 'Query';
    return deliver(
      {
        query: dice.pick([
          `${seed.operation} { ...Fields } fragment Fields on ${type} { ${callOf(seed)} }`,
          `${seed.operation} { ... on ${type} { ${callOf(seed)} } }`,
        ]),
      },
      dice,
    );
  }),
  on('GraphQL variables', (seed, dice) =>
    deliver(
      {
        query: `${seed.operation} Go($x: String!) { ${seed.field}(${seed.argument}: $x) { id } }`,
        variables: { x: seed.id },
      },
      dice,
    ),
  ),
  on('GraphQL operation name', (seed, dice) =>
    deliver(
      {
        query: `query List { volumes { id } } ${seed.operation} ListMore { ${callOf(seed)} }`,
        operationName: 'ListMore',
      },
      dice,
    ),
  ),
  on('GraphQL comments and blanks', (seed, dice) =>
    deliver({ query: `# list the volumes\n${seed.operation},,\n{\n\n  # query\n  ${callOf(seed)}\n}\n` }, dice),
  ),
  on('GraphQL escapes', (seed) => {
    const escaped = JSON.stringify({ query: `${seed.operation} { ${callOf(seed)} }` }).replaceAll(
      /[dD]elete|[rR]emove|[dD]estroy/g,
      (word) => [...word].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join(''),
    );
    return shellCall(`curl ${URL} -H 'Content-Type: application/json' -d ${quote(escaped)}`);
  }),
  on('GraphQL from a file', (seed, { pick }) => {
    const json = JSON.stringify({ query: `${seed.operation} { ${callOf(seed)} }` });
    return shellCall(
      pick([
        `cat > /tmp/q.json <<'EOF'\n${json}\nEOF\ncurl ${URL} -H 'Content-Type: application/json' -d @/tmp/q.json`,
        `echo ${quote(json)} > q.json && curl ${URL} --data @q.json`,
        `curl ${URL} -d @- <<< ${quote(json)}`,
        `echo ${quote(json)} | curl -s ${URL} --data-binary @-`,
      ]),
    );
  }),
  on('GraphQL from a program', (seed, { pick }) => {
    const body = JSON.stringify({ query: `${seed.operation} { ${callOf(seed)} }` });
    return shellCall(
      pick([
        `python3 -c ${quote(`import requests; requests.post("${URL}", json=${body})`)}`,
        `node -e ${quote(`fetch("${URL}", { method: "POST", body: JSON.stringify(${body}) })`)}`,
        `python3 - <<'EOF'\nimport requests\nq = ${body}\nrequests.post("${URL}", json=q)\nEOF`,
      ]),
    );
  }),
  on('GraphQL in a GET', (seed) =>
    shellCall(`curl '${URL}?query=${encodeURIComponent(`${seed.operation} { ${callOf(seed)} }`)}'`),
  ),
];
