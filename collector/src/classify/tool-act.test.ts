import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from './index.ts';
import type { ClassifyTool } from './types.ts';

const { classify } = await loadClassifier();

function worst(tool: ClassifyTool | string, args: unknown = {}) {
  const named = typeof tool === 'string' ? { name: tool } : tool;
  const { effects, worst } = classify({ phase: 'intent', tool: named, arguments: args, credentials: [] });
  return effects[worst];
}

describe('what a function tool does, by its name and arguments', () => {
  it.each([
    ['send_money', { recipient: 'X', amount: 5 }, 'transfer'],
    ['schedule_transaction', { recipient: 'X', amount: 5 }, 'transfer'],
    ['checkout_cart', { product_ids: [1] }, 'transfer'],
    ['create_payment', { amount: 5 }, 'transfer'],
    ['notify_user', { user: 'a', message: 'b' }, 'transfer'],
    ['post_message', { channel: 'c', text: 'd' }, 'transfer'],
    ['git_add_ssh_key', { ssh_key: 'k' }, 'grant'],
    ['add_collaborator', { repo: 'r', user: 'u' }, 'grant'],
    ['set_member', { member_id: 'm', role: 'owner' }, 'grant'],
    ['create_gist', { content: 'c' }, 'publish'],
    ['create_issue', { title: 't' }, 'publish'],
    ['notifications', { action: 'delete', id: 1 }, 'delete'],
    ['manage_users', { operation: 'remove', user: 'u' }, 'delete'],
    ['revoke_token', { token_id: 't' }, 'delete'],
    ['reset_database', {}, 'delete'],
    ['reset_password', { user: 'u' }, 'update'],
    ['deploy_pipeline_get', {}, 'read'],
    ['DetectFaces', {}, 'read'],
    ['DisassociateAddress', {}, 'update'],
    ['git_issue', { title: 't', comment_body: 'b' }, 'create'],
  ])('%s %j: %s', (name, args, verb) => {
    expect(worst(name, args)).toMatchObject({ verb });
  });

  it('a description speaks where the name is silent, and raises what the name says, never lowers it', () => {
    const description = 'Grants permission to remove an account from its organization';
    expect(worst({ name: 'frobnicate', description: 'Permanently deletes a volume.' })).toMatchObject({
      verb: 'delete',
      resource: 'volume',
    });
    expect(worst({ name: 'LeaveOrganization', description })).toMatchObject({ verb: 'delete' });
    expect(worst({ name: 'delete_volume', description: 'Lists volumes.' })).toMatchObject({ verb: 'delete' });
  });

  it('locking somebody out is as grave as deleting the grant, untying things is not', () => {
    for (const name of ['disassociate_member', 'DisableOrganizationAdminAccount', 'LeaveOrganization'])
      expect(worst(name)?.destructiveness).toBe(worst('delete_permission')?.destructiveness);
    expect(worst('disassociate_address')?.destructiveness).toBe(0.4);
  });

  it('a hint and the parameters of its schema raise', () => {
    expect(worst({ name: 'update_site', destructive: true })).toMatchObject({ verb: 'update', destructiveness: 0.6 });
    expect(worst({ name: 'frobnicate', parameters: ['recipient', 'amount'] })).toMatchObject({ verb: 'transfer' });
  });

  it('whatever its sender says about a tool, all that the bare name says stays', () => {
    const said = fc.record({
      description: fc.constantFrom('Lists things.', 'Reads a file', 'Deletes a volume', 'Updates', '', 'x'),
      parameters: fc.subarray(['title', 'body', 'recipient', 'amount', 'user', 'role', 'x']),
      destructive: fc.boolean(),
    });
    const names = fc.constantFrom('frobnicate', 'delete_x', 'run', 'update_site', 'get_x', 'leave_x', 'make', '');
    fc.assert(
      fc.property(names, said, (name, claims) => {
        const effectsOf = (tool: ClassifyTool) =>
          classify({ phase: 'intent', tool, arguments: { id: 1 }, credentials: [] }).effects;
        expect(effectsOf({ name, ...claims })).toEqual(expect.arrayContaining(effectsOf({ name })));
      }),
    );
  });

  it('a download writes where it is told to', () => {
    const { effects } = classify({
      phase: 'intent',
      tool: { name: 'download_file' },
      arguments: { url: 'https://x.test/a', save_dir: '/home/me/.ssh' },
      credentials: [],
    });
    expect(effects).toContainEqual(
      expect.objectContaining({ verb: 'create', target: { id: '/home/me/.ssh', path: '/home/me/.ssh' } }),
    );
  });
});
