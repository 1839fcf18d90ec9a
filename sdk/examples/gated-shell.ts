import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createHaltwire, HaltwireDeniedError, HaltwireError, HaltwireKilledError } from '@haltwire/sdk';

const exec = promisify(execFile);

// HALTWIRE_KEY is the agent's key that the server printed; HALTWIRE_ENDPOINT defaults to http://127.0.0.1:4318
if (!process.env.HALTWIRE_KEY) {
  console.error('HALTWIRE_KEY is not set: run the second export line that the server printed at its first start.');
  process.exit(2);
}
const haltwire = createHaltwire();
const session = haltwire.session({
  agent: 'deploy-bot',
  task: 'fix the staging deploy',
  onHold: (hold) => console.log(`waiting for a person: ${hold.reason}`),
  onKill: (kill) => console.log(`killed: ${kill.reason}`),
});
await session.ready();

/** The agent's shell tool, behind the gate. */
function shell(command: string): Promise<string> {
  return session.tool('shell', { command }, async (args, { signal }) => {
    // The signal lets a kill end what runs. A synchronous tool could not be ended.
    const { stdout, stderr } = await exec('sh', ['-c', args.command], { signal }).catch((failed) => failed);
    return `${stdout ?? ''}${stderr ?? ''}`;
  });
}

for (const command of process.argv.slice(2)) {
  try {
    console.log(`$ ${command}\n${await shell(command)}`);
  } catch (error) {
    if (HaltwireKilledError.isInstance(error)) break;
    // Tell the model why, so that it can do something else.
    if (HaltwireDeniedError.isInstance(error)) console.log(`$ ${command}\ndenied: ${error.reason}`);
    else if (HaltwireError.isInstance(error)) console.log(`$ ${command}\nrefused: ${error.message}`);
    else throw error;
  }
}
await haltwire.close();
