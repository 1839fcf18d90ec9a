import { styleText } from 'node:util';
import type { AnalystMessage, Decision, DecisionKind } from '@haltwire/schemas';
import { cut, oneLine } from '../terminal/text.ts';

const colours: Readonly<Record<DecisionKind, Parameters<typeof styleText>[0]>> = {
  allow: 'dim',
  alert: 'yellow',
  hold: ['bold', 'yellow'],
  deny: ['bold', 'red'],
  kill: ['bold', 'white', 'bgRed'],
};

const clock = (time: number) => new Date(time).toISOString().slice(11, 23);
const dim = (text: string) => styleText('dim', text);

/** The title without the proofs in it: they stand below, each with its name. */
function act({ title, invariants, indicators }: Decision): string {
  const proofs = [...invariants, ...indicators].map(({ sentence }) => sentence);
  const bare = proofs.reduce((text, sentence) => text.replace(sentence, ''), title);
  return oneLine(bare) || title;
}

function decisionLines(decision: Decision, width: number): string[] {
  if (decision.decision === 'allow') return [];
  const label = styleText(colours[decision.decision], ` ${decision.decision.toUpperCase()} `);
  const head = `${dim(clock(decision.logTime))} ${label} ${cut(oneLine(act(decision)), width - 24)}`;
  const findings = [...decision.invariants, ...decision.indicators].map(
    ({ name, sentence }) => `${' '.repeat(13)}${dim(`${name}:`)} ${cut(oneLine(sentence), width - 16 - name.length)}`,
  );
  return [head, ...findings];
}

/** What the live stream prints for a message; nothing for what only changes the screen's rows. */
export function linesOf(message: AnalystMessage, width: number): string[] {
  switch (message.type) {
    case 'snapshot': {
      const live = message.sessions.filter((session) => !session.ended).length;
      return [dim(`connected: ${live} live sessions, ${message.holds.length} open questions`)];
    }
    case 'activity': {
      const { activity } = message;
      if (activity.phase !== 'intent') return [];
      const who = oneLine(activity.agentId);
      return [
        `${dim(clock(activity.logTime))} ${who} ${cut(oneLine(activity.shown), Math.max(20, width - 15 - who.length))}`,
      ];
    }
    case 'decision':
      return decisionLines(message.decision, width);
    case 'hold-opened': {
      // The decision just above says what it is about.
      const seconds = Math.round((message.hold.expiresAt - message.hold.openedAt) / 1000);
      return [
        `${' '.repeat(13)}${styleText('yellow', 'waits for a person')} ${dim(`(${seconds} s, then it is denied)`)}`,
      ];
    }
    case 'hold-closed':
      return [`${' '.repeat(13)}${dim(`question ${message.outcome} by ${oneLine(message.by)}`)}`];
    case 'session-changed': {
      const { kill, agentId, sessionId } = message.session;
      if (kill?.acknowledged === undefined) return [];
      const { attestedBy, inFlight } = kill.acknowledged;
      return [
        `${' '.repeat(13)}${oneLine(agentId)}/${oneLine(sessionId)} stopped (says: ${attestedBy}; call in flight: ${inFlight})`,
      ];
    }
    case 'lagged':
      return [styleText('yellow', `this terminal was too slow and missed ${message.missed} messages`)];
  }
}
