import type { OtlpLog, OtlpSpan } from '../receive/otlp.ts';
import { genaiSpan } from './genai-span.ts';
import { haltwireEvent } from './haltwire-event.ts';
import { type Dialect, FieldError, type IgnoreReason, type Normalised, type NormaliseOptions } from './types.ts';

/** Dialects by signal, in the order in which they are asked. A new source is one file and one line here. */
const logDialects: readonly Dialect<OtlpLog>[] = [haltwireEvent];
const spanDialects: readonly Dialect<OtlpSpan>[] = [genaiSpan];

/**
 * Reads a record in whichever dialect it is written. Pure; never throws.
 *
 * @example
 * const normalised = normalise(log, { argumentChars: 262_144, resultChars: 262_144 });
 * if (normalised.kind === 'rejected') console.log(normalised.message); // 'haltwire.seq is missing: …'
 */
export function normalise(record: OtlpLog | OtlpSpan, options: NormaliseOptions): Normalised {
  return record.signal === 'logs'
    ? ask(logDialects, record, options, 'not-a-haltwire-event')
    : ask(spanDialects, record, options, 'not-a-tool-call');
}

function ask<T extends OtlpLog | OtlpSpan>(
  dialects: readonly Dialect<T>[],
  record: T,
  options: NormaliseOptions,
  otherwise: IgnoreReason,
): Normalised {
  for (const dialect of dialects) {
    try {
      const draft = dialect.read(record, options);
      if (draft !== undefined) return { kind: 'draft', draft };
    } catch (error) {
      if (error instanceof FieldError) return { kind: 'rejected', reason: error.reason, message: error.message };
      return { kind: 'rejected', reason: 'unparsable', message: `the record cannot be read as ${dialect.name}` };
    }
  }
  return { kind: 'ignored', reason: otherwise };
}
