import { randomUUID } from 'node:crypto';
import { HaltwireError, idSchema, type TaskGrant, type TaskTokenVerifier } from '@haltwire/schemas';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SigningKey, VerifyingKey } from './signing-key.ts';

const ISSUER = 'haltwire';
const AUDIENCE = 'haltwire:task';
const DAY_SECONDS = 86_400;

/** Which agent may work on which task, and for how long a session may start under it. */
export const taskTokenRequestSchema = z.strictObject({
  agentId: idSchema,
  taskId: idSchema,
  /** Seconds until it no longer starts a session; 1 second to 30 days. */
  ttlSeconds: z
    .number()
    .int()
    .min(1)
    .max(30 * DAY_SECONDS)
    .default(3600),
});
export type TaskTokenRequest = z.input<typeof taskTokenRequestSchema>;

export interface MintedTaskToken {
  readonly token: string;
  readonly tokenId: string;
  /** Seconds since epoch. */
  readonly expiresAt: number;
}

/** Signs task tokens for people, verifies them for the collector. */
export interface TaskTokens extends TaskTokenVerifier {
  /** Throws `HALTWIRE_BAD_REQUEST` naming the wrong field. */
  mint(request: TaskTokenRequest, tenantId?: string): Promise<MintedTaskToken>;
}

const claimsSchema = z.object({ sub: idSchema, tenant: idSchema, task: idSchema, jti: idSchema });

/**
 * Verifies task tokens with the public key alone: for the collector, which need not be able to make one.
 *
 * @example
 * const taskTokens = createTaskTokenVerifier(await loadVerifyingKey('/etc/haltwire/task-token-key.json'));
 */
export function createTaskTokenVerifier({ publicKey }: VerifyingKey): TaskTokenVerifier {
  return {
    async verify(token, agent): Promise<TaskGrant | undefined> {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          issuer: ISSUER,
          audience: AUDIENCE,
          algorithms: ['EdDSA'],
          requiredClaims: ['exp', 'sub', 'jti'],
        });
        const claims = claimsSchema.parse(payload);
        if (claims.tenant !== agent.tenantId || claims.sub !== agent.agentId) return undefined;
        return { tokenId: claims.jti, tenantId: claims.tenant, agentId: claims.sub, taskId: claims.task };
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * Task tokens: JWTs (EdDSA) that say which task an agent was given. Agents carry them but cannot make them.
 *
 * @example
 * const tokens = createTaskTokens(await loadSigningKey('./.haltwire/task-token-key.json'));
 * const { token } = await tokens.mint({ agentId: 'deploy-bot', taskId: 'staging-upgrade', ttlSeconds: 3600 });
 */
export function createTaskTokens(key: SigningKey): TaskTokens {
  return {
    ...createTaskTokenVerifier(key),
    async mint(request, tenantId = 'default') {
      const parsed = taskTokenRequestSchema.safeParse(request);
      if (!parsed.success) throw new HaltwireError('HALTWIRE_BAD_REQUEST', z.prettifyError(parsed.error));
      const { agentId, taskId, ttlSeconds } = parsed.data;
      const tokenId = `task_${randomUUID()}`;
      const expiresAt = Math.floor(Date.now() / 1000) + ttlSeconds;
      const token = await new SignJWT({ tenant: tenantId, task: taskId })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(agentId)
        .setJti(tokenId)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key.privateKey);
      return { token, tokenId, expiresAt };
    },
  };
}
