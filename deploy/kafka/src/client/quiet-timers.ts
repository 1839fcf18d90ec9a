import { RequestQueueInternals } from './internals.ts';

/**
 * kafkajs plans a look at its waiting requests after every answer, also when none waits, and then with a delay of minus
 * the current time: Node 24 warns of it once (`TimeoutNegativeWarning`) and makes a timer of 1 ms out of it each time.
 * With nothing waiting there is nothing to plan. Only kafkajs' own queue is changed; every other warning is heard.
 */
const { prototype } = RequestQueueInternals;
const plan = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) plan.call(this);
};
