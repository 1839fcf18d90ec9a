import { createRoleCommand } from '../cli/role-command.ts';

export const detector = createRoleCommand({
  name: 'detector',
  summary: 'cluster: judges its share of the agents, speaks to all of them',
  about: `Takes agents' sockets on /v1/agent, people's on /v1/analyst and their API, and judges its share of the partitions.
Any number of it may run, behind one address: they share the work, and each serves every agent and every person.`,
  async load() {
    const { loadClusterConfig, startDetectorRole } = await import('@haltwire/cluster');
    return { configure: (file) => loadClusterConfig({ file }), start: startDetectorRole };
  },
});
