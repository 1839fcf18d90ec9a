import { createRoleCommand } from '../cli/role-command.ts';

export const collector = createRoleCommand({
  name: 'collector',
  summary: 'cluster: the front door, OTLP in, onto Kafka',
  about: `Takes events of agents on /v1/logs and /v1/traces and puts them onto Kafka. Any number of it may run, behind one
address. Its keys come from Kafka: make them with "haltwire keys create --config FILE".`,
  async load() {
    const { loadClusterConfig, startCollectorRole } = await import('@haltwire/cluster');
    return { configure: (file) => loadClusterConfig({ file }), start: startCollectorRole };
  },
});
