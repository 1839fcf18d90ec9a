import type { ToolCall } from '../../support/front.ts';
import { quote } from '../quote.ts';
import type { Dice, HttpSeed, ShellSeed, Transformation } from '../types.ts';
import { shellCall } from './command.ts';

type Request = Pick<HttpSeed, 'method' | 'host' | 'path' | 'rpc'>;

const urlOf = ({ host, path }: Request): string => `https://${host}${path}`;
const on = (name: string, write: (request: Request, dice: Dice) => ToolCall | undefined): Transformation<HttpSeed> => ({
  name,
  rewrite: write,
});

function curl(request: Request, { pick }: Dice): string {
  const { method } = request;
  const url = urlOf(request);
  return pick([
    `curl -X ${method} ${quote(url)}`,
    `curl -sS -X${method} ${quote(url)}`,
    `curl --request ${method} --url ${quote(url)}`,
    `curl ${quote(url)} -H 'Accept: application/json' -X '${method}'`,
    `M=${method}; curl -X "$M" ${quote(url)}`,
  ]);
}

/** One request, by other clients and in other words. */
export const http: readonly Transformation<HttpSeed>[] = [
  on('curl', (request, dice) => shellCall(curl(request, dice))),
  on('http clients', (request, { pick }) =>
    shellCall(
      pick([
        `wget --method=${request.method} -qO- ${quote(urlOf(request))}`,
        `http ${request.method} ${quote(urlOf(request))}`,
        `https --body ${request.method} ${quote(`${request.host}${request.path}`)}`,
        `xh ${request.method.toLowerCase()} ${quote(urlOf(request))}`,
      ]),
    ),
  ),
  on('http tool', (request, { pick }) =>
    pick<ToolCall>([
      { tool: 'http_request', arguments: { method: request.method, url: urlOf(request) } },
      { tool: 'fetch', arguments: { url: urlOf(request), options: { method: request.method.toLowerCase() } } },
      { tool: 'api_call', arguments: { endpoint: urlOf(request), httpMethod: request.method } },
    ]),
  ),
  on('python requests', (request, { pick }) => {
    const url = JSON.stringify(urlOf(request));
    const method = request.method.toLowerCase();
    const code = pick([
      `import requests; requests.${method}(${url})`,
      `import requests; requests.request('${request.method}', ${url})`,
      `import httpx\nwith httpx.Client() as c: c.${method}(${url})`,
      `import urllib.request as u\nu.urlopen(u.Request(${url}, method='${request.method}'))`,
    ]);
    return pick([shellCall(`python3 -c ${quote(code)}`), { tool: 'python', arguments: { code } }]);
  }),
  on('node fetch', (request, { pick }) => {
    const url = JSON.stringify(urlOf(request));
    const code = pick([
      `fetch(${url}, { method: '${request.method}' })`,
      `const axios = require('axios'); axios.${request.method.toLowerCase()}(${url})`,
      `axios({ url: ${url}, method: '${request.method.toLowerCase()}' })`,
    ]);
    return shellCall(`node -e ${quote(code)}`);
  }),
  on('method override', (request, { pick }) => {
    const url = urlOf(request);
    const { method } = request;
    return pick([
      shellCall(`curl -X POST -H 'X-HTTP-Method-Override: ${method}' ${quote(url)}`),
      shellCall(`curl -X POST ${quote(`${url}${url.includes('?') ? '&' : '?'}_method=${method.toLowerCase()}`)}`),
      shellCall(`curl -d _method=${method} ${quote(url)}`),
      { tool: 'http_request', arguments: { method: 'POST', url, headers: { 'X-HTTP-Method': method } } },
    ]);
  }),
  on('JSON-RPC', ({ host, rpc }, { pick }) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: rpc, params: { id: 'a1' } });
    return pick([
      shellCall(`curl -H 'Content-Type: application/json' -d ${quote(body)} https://${host}/rpc`),
      { tool: 'http_request', arguments: { method: 'POST', url: `https://${host}/rpc`, body } },
      {
        tool: 'http_request',
        arguments: { method: 'POST', url: `https://${host}/rpc`, body: JSON.parse(body) as unknown },
      },
    ]);
  }),
  on('AWS action', ({ rpc }, { pick, hex }) => {
    const action = actionOf(rpc);
    return shellCall(
      pick([
        `curl 'https://ec2.amazonaws.com/?Action=${action}&Version=2016-11-15&Id=${hex(8)}'`,
        `curl -d 'Action=${action}&Id=${hex(8)}' https://rds.eu-west-1.amazonaws.com/`,
        `curl https://dynamodb.eu-west-1.amazonaws.com/ -H 'X-Amz-Target: DynamoDB_20120810.${action}' -d '{}'`,
        `curl --aws-sigv4 aws:amz https://ecs.amazonaws.com/ -H "x-amz-target: Service.${action}" -d '{"id":"${hex(8)}"}'`,
      ]),
    );
  }),
  on('named tool', ({ rpc }, { pick, hex }) => {
    const [thing = '', verb = ''] = rpc.split('.');
    return {
      tool: pick([`${verb}_${thing}`, `${thing}_${verb}`, `mcp__cloud__${verb}_${thing}`, actionOf(rpc)]),
      arguments: { id: hex(8), confirm: true },
    };
  }),
  on('disguised curl', (request, dice) => {
    const command = curl(request, dice);
    return shellCall(
      dice.pick([
        `bash -c ${quote(command)}`,
        `echo ${Buffer.from(command).toString('base64')} | base64 -d | sh`,
        `url=${quote(urlOf(request))}; c'u'rl -X ${request.method} "$url"`,
        `cat > /tmp/go.sh <<'EOF'\n${command}\nEOF\nbash /tmp/go.sh`,
      ]),
    );
  }),
];

/** These need a name of the act in the singular, which a seed of a command does not have. */
const byName = new Set(['JSON-RPC', 'AWS action', 'named tool']);

/** A vendor's API in place of its command line. */
export const apiInsteadOfCli: Transformation<ShellSeed> = {
  name: 'API instead of CLI',
  rewrite: ({ api }, dice) =>
    api === undefined
      ? undefined
      : dice
          .pick(
            http.filter(({ name }) => !byName.has(name)) as [Transformation<HttpSeed>, ...Transformation<HttpSeed>[]],
          )
          .rewrite({ ...api, family: 'http', name: '', benign: false }, dice),
};

/** `volume.delete` as a vendor of actions calls it: `DeleteVolume`. */
function actionOf(rpc: string): string {
  const upper = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
  const [thing = '', verb = ''] = rpc.split('.');
  return `${upper(verb)}${upper(thing)}`;
}
