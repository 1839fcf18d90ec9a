import { TOPIC } from '@haltwire/schemas';
import { createAssignment } from '../assignment/create-assignment.ts';
import { parseKafkaConfig } from '../config/config.ts';

/**
 * A process that is a member of a group until it is killed. It says on stdout what it is told, a line of JSON each.
 *
 * Arguments: settings as JSON, group.
 */
const [settings = '{}', group = ''] = process.argv.slice(2);
const assignment = createAssignment({ config: parseKafkaConfig(JSON.parse(settings)), group, topic: TOPIC.inputs });
await assignment.join((partitions) => process.stdout.write(`${JSON.stringify(partitions)}\n`));
// Nothing of a membership keeps a process alive for its own sake.
setInterval(() => {}, 60_000);
