import { loadModule } from 'libpg-query';
import { createClassifier } from './classifier.ts';
import type { Classifier } from './types.ts';

export { explain } from './explain.ts';
export { impactOf } from './impact.ts';
export type * from './types.ts';

/**
 * Loads the parsers (libpg-query's WebAssembly, once per process) and answers the classifier.
 *
 * @example
 * const classifier = await loadClassifier();
 * classifier.classify({ phase: 'intent', tool: { name: 'bash' }, arguments: { command: 'rm -rf /srv' }, credentials: [] });
 */
export async function loadClassifier(): Promise<Classifier> {
  await loadModule();
  return createClassifier();
}
