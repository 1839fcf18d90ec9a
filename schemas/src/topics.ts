/** The log's topics. Names are fixed: operators grant ACLs on them. */
export const TOPIC = {
  /** Everything that may change a decision; key = root agent. */
  inputs: 'agent.inputs',
  /** What could not be normalised: redacted, with reason and source. */
  dead: 'agent.inputs.dead',
  /** Every decision with its evidence; key = root agent. */
  decisions: 'agent.decisions',
  /** Answers to intents whose socket is on another replica; key = gateway. */
  verdicts: 'agent.verdicts',
  /** Compacted: posture, kill, holds per session; key = session. */
  sessions: 'agent.sessions',
  /** Compacted: engine state per agent; key = agent. */
  baselines: 'agent.baselines',
  /** Compacted: keys of agents and tokens of people, as hashes; key = hash. One partition would do; it has as many as all. */
  keys: 'agent.keys',
} as const;
export type TopicName = (typeof TOPIC)[keyof typeof TOPIC];

/** Topics whose older records of a key are superseded by the newest. */
export const compactedTopics: readonly TopicName[] = [TOPIC.sessions, TOPIC.baselines, TOPIC.keys];
