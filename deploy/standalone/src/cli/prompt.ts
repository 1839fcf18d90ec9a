import { once } from 'node:events';
import { UsageError } from './command.ts';

/** All of stdin, without the last line break. */
async function readPiped(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text.replace(/\r?\n$/, '');
}

/** Reads one line from the terminal without showing it. */
async function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  let text = '';
  try {
    for (;;) {
      const [chunk] = (await once(stdin, 'data')) as [Buffer];
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return text;
        if (character === '\u0003') throw new UsageError('Cancelled.');
        if (character === '\u007f' || character === '\b') text = text.slice(0, -1);
        else text += character;
      }
    }
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/**
 * A secret from a pipe, or typed without an echo. Never from argv, which every process on the machine can read.
 *
 * Throws `UsageError` when it is empty.
 */
export async function readSecret(question: string): Promise<string> {
  const secret = process.stdin.isTTY ? await readHidden(question) : await readPiped();
  if (secret === '') throw new UsageError('No secret was given: type one, or pipe one in.');
  return secret;
}
