import type { Authenticator, Principal } from '@haltwire/schemas';

/** An authenticated agent's process. */
export type AgentPrincipal = Extract<Principal, { kind: 'agent' }>;

/** Who sends, or why the request is refused. */
export type Authentication =
  | { readonly ok: true; readonly agent: AgentPrincipal }
  | { readonly ok: false; readonly refusal: 'unauthenticated' | 'forbidden'; readonly message: string };

/**
 * Reads `Authorization: Bearer <agent key>`. People's tokens may not send events: an analyst's laptop is no witness.
 *
 * @example
 * const result = authenticate(request.headers.authorization, authenticator);
 * if (result.ok) console.log(result.agent.agentId);
 */
export function authenticate(header: string | undefined, authenticator: Authenticator): Authentication {
  const token = /^Bearer +([^\s]{1,4096})$/i.exec(header ?? '')?.[1];
  if (token === undefined) {
    return refuse('unauthenticated', 'no agent key; send the header Authorization: Bearer <agent key>');
  }
  const principal = authenticator.authenticate(token);
  if (principal === undefined) {
    return refuse('unauthenticated', 'unknown agent key; list the keys with: haltwire keys');
  }
  if (principal.kind !== 'agent') {
    return refuse('forbidden', "a person's token cannot send events; use an agent key");
  }
  return { ok: true, agent: principal };
}

function refuse(refusal: 'unauthenticated' | 'forbidden', message: string): Authentication {
  return { ok: false, refusal, message };
}
