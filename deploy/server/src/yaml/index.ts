/**
 * Files that people write: read with positions, so that every fault names file, line, key and cure.
 *
 * @module
 */
export { editDistance, type Path, type Problem, problemsOf } from './cure.ts';
export { type Fault, formatFault, parseYaml, type YamlText } from './parse-yaml.ts';
