import type { CaseView, Decision, HoldView, SessionView } from '@haltwire/schemas';

/** The HTTP API as a person uses it. Rejects with status and message on anything but 2xx. */
export class Api {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  holds = async (): Promise<HoldView[]> => (await this.call('GET', '/v1/holds')).holds as HoldView[];
  sessions = async (): Promise<SessionView[]> => (await this.call('GET', '/v1/sessions')).sessions as SessionView[];
  cases = async (): Promise<CaseView[]> => (await this.call('GET', '/v1/cases')).cases as CaseView[];
  decisions = async (limit = 1000): Promise<Decision[]> =>
    (await this.call('GET', `/v1/decisions?limit=${limit}`)).decisions as Decision[];
  approve = (holdId: string): Promise<unknown> =>
    this.call('POST', `/v1/holds/${holdId}/approve`, { reason: 'checked' });
  deny = (holdId: string): Promise<unknown> =>
    this.call('POST', `/v1/holds/${holdId}/deny`, { reason: 'not this one' });
  kill = (sessionKey: string): Promise<unknown> =>
    this.call('POST', '/v1/sessions/kill', { sessionKey, reason: 'test' });
  release = (sessionKey: string): Promise<unknown> =>
    this.call('POST', '/v1/sessions/release', { sessionKey, reason: 'test' });
  importPolicy = (policy: unknown): Promise<unknown> => this.call('PUT', '/v1/policy', policy);

  async call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const { status, json } = await this.raw(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  async raw(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.#url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }
}

/** Asks until the answer is there. For what another process does in its own time: the test's limit is the limit. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
