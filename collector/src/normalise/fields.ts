import { idSchema } from '@haltwire/schemas';
import type { z } from 'zod';
import type { Attributes } from '../receive/otlp.ts';
import { FieldError } from './types.ts';

/** Reads attributes by name; remembers whether anything had to be cut. */
export interface Fields {
  /** A string of at most `most` UTF-16 units, cut if longer. */
  text(name: string, most: number): string | undefined;
  /** An identifier; never cut, because a cut id is another id. */
  id(name: string): string | undefined;
  requiredId(name: string): string;
  flag(name: string): boolean | undefined;
  /** An integer from 0 on; accepted as a number or a decimal string. */
  count(name: string): number | undefined;
  requiredCount(name: string): number;
  /** A JSON array in a string (or a real array), at most `most` of its members, each checked by `schema`. */
  list<T>(name: string, schema: z.ZodType<T>, most: number): T[] | undefined;
  /** As it is. */
  raw(name: string): unknown;
  /** Marks the record as cut. */
  cut(): void;
  readonly truncated: boolean;
}

/** Readers over the attributes of one record, with its resource as the second place to look for `fallbacks`. */
export function fieldsOf(attributes: Attributes, resource: Attributes, fallbacks: readonly string[] = []): Fields {
  let truncated = false;
  const raw = (name: string): unknown => {
    const value = attributes.get(name) ?? (fallbacks.includes(name) ? resource.get(name) : undefined);
    return value === null ? undefined : value;
  };
  const string = (name: string): string | undefined => {
    const value = raw(name);
    if (value !== undefined && typeof value !== 'string') throw wrong(name, 'a string');
    return value;
  };
  const fields: Fields = {
    raw,
    cut: () => {
      truncated = true;
    },
    get truncated() {
      return truncated;
    },
    text(name, most) {
      const value = string(name);
      if (value === undefined || value.length <= most) return value;
      truncated = true;
      return cutText(value, most);
    },
    id(name) {
      const value = string(name);
      if (value === undefined) return undefined;
      if (!idSchema.safeParse(value).success) throw wrong(name, '1 to 200 characters without control characters');
      return value;
    },
    requiredId: (name) => fields.id(name) ?? missing(name),
    flag(name) {
      const value = raw(name);
      if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'a boolean');
      return value;
    },
    count(name) {
      const value = raw(name);
      if (value === undefined) return undefined;
      const number = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
        throw wrong(name, 'an integer from 0 on');
      return number;
    },
    requiredCount: (name) => fields.count(name) ?? missing(name),
    list(name, schema, most) {
      const value = raw(name);
      if (value === undefined) return undefined;
      const members = typeof value === 'string' ? parseJson(value) : value;
      if (!Array.isArray(members)) throw wrong(name, 'a JSON array in a string');
      if (members.length > most) truncated = true;
      const parsed = schema.array().safeParse(members.slice(0, most));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw wrong(name, `a list of the documented members (wrong at ${issue?.path.join('.') ?? 'the top'})`);
      }
      return parsed.data;
    },
  };
  return fields;
}

/** The first `most` UTF-16 units, without half a character at the end. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).toWellFormed();
}

/** JSON, or undefined. JSON.parse does not recurse, so nesting cannot exhaust the stack. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function wrong(name: string, right: string): FieldError {
  return new FieldError('invalid-field', `${name} is wrong: it must be ${right}`);
}

export function missing(name: string): never {
  throw new FieldError('missing-field', `${name} is missing: set it on the record`);
}
