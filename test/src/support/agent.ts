import { createHaltwire, type Haltwire, type HaltwireOptions, type Session } from '@haltwire/sdk';
import { onTestFinished } from 'vitest';
import type { ServerProcess } from './server-process.ts';

/** Not read-only, and no harm either: takes the full round trip and is allowed. */
export const touch = (name: string): { command: string } => ({ command: `touch notes/${name}.txt` });

/** Irreversible, of high impact, and nobody's habit: held. */
export const destroy = (name: string): { command: string } => ({ command: `psql app -c 'DROP TABLE ${name}'` });

/** An agent in this process, connected to the server; closed with the test. */
export function connectAgent(server: Pick<ServerProcess, 'url'>, key: string, options: HaltwireOptions = {}): Haltwire {
  const haltwire = createHaltwire({ endpoint: server.url, key, onWarning: () => {}, ...options });
  onTestFinished(() => haltwire.close());
  return haltwire;
}

/** Runs a command through the gate; what "ran" is kept in `effects`. */
export class RecordingShell {
  readonly effects: string[] = [];
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  run(args: { command: string }): Promise<string> {
    return this.session.tool('shell', args, ({ command }) => {
      this.effects.push(command);
      return 'done';
    });
  }
}
