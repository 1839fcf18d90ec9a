import type { Actor } from './record.ts';

/** What people's tokens may do. `viewer` looks; `responder` also approves, denies, kills and releases; `admin` also manages. */
export const roles = ['viewer', 'responder', 'admin'] as const;
export type Role = (typeof roles)[number];

/** An authenticated caller: an agent's process, or a person. Never both. */
export type Principal =
  | { readonly kind: 'agent'; readonly keyId: string; readonly tenantId: string; readonly agentId: string }
  | {
      readonly kind: 'person';
      readonly tokenId: string;
      readonly tenantId: string;
      readonly name: string;
      readonly role: Role;
    };

/**
 * Tells who a bearer token belongs to.
 *
 * Called once per HTTP request and once per socket; must not throw for an unknown token (answer undefined); must
 * compare in constant time. The token itself never reaches a log or an error.
 */
export interface Authenticator {
  authenticate(bearerToken: string): Principal | undefined;
}

/** Content of a verified task token. */
export interface TaskGrant {
  readonly tokenId: string;
  readonly tenantId: string;
  readonly agentId: string;
  readonly taskId: string;
}

/**
 * Verifies a task token signed by an operator's key that agents do not hold.
 *
 * Called once per session start. Answers undefined when it is forged, expired or for another agent.
 */
export interface TaskTokenVerifier {
  verify(token: string, agent: { tenantId: string; agentId: string }): Promise<TaskGrant | undefined>;
}

/** The command's actor for a person. */
export function actorOf(person: Extract<Principal, { kind: 'person' }>): Actor {
  return { kind: 'person', name: person.name, tokenId: person.tokenId };
}
