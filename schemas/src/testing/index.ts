/** The ports in memory, for tests of what stands on them. Not published. */
export { MemoryGroup } from './memory-group.ts';
export { MemoryLog } from './memory-log.ts';
export { compiled, type RegexLiteral, regexLiteralsIn, skeletonOf } from './regex-literals.ts';
