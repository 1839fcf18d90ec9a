import { createRoleCommand } from '../cli/role-command.ts';

export const archiver = createRoleCommand({
  name: 'archiver',
  summary: 'cluster: from Kafka into ClickHouse',
  about: `Copies events and decisions from Kafka into ClickHouse, each once; waits for either when it is away, and catches up.
Detection never waits for it.`,
  async load() {
    const { loadClusterConfig, requireClickHouse, startArchiverRole } = await import('@haltwire/cluster');
    return { configure: (file) => requireClickHouse(loadClusterConfig({ file })), start: startArchiverRole };
  },
});
