import { defaultPolicy, type Policy } from '@haltwire/schemas';

/** What one tenant's sessions share. */
export interface TenantState {
  readonly tenantId: string;
  policy: Policy;
  policyHash: string;
  /** Log times of machine kills within the last minute. */
  machineKills: number[];
  /** Commands already carried out, newest last: a repeat is answered, not done twice. */
  commands: Map<string, { ok: boolean; message: string }>;
}

export const COMMAND_CAP = 1000;

/** A tenant before any policy was imported. `none` as hash says so in every decision. */
export function newTenant(tenantId: string): TenantState {
  return { tenantId, policy: defaultPolicy, policyHash: 'none', machineKills: [], commands: new Map() };
}
