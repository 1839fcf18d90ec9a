/** A value as far as the code shows it. */
export type Value =
  | { readonly type: 'text'; readonly text: string; readonly known: boolean }
  | { readonly type: 'list'; readonly items: readonly Value[] }
  | { readonly type: 'object'; readonly members: ReadonlyMap<string, Value> }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'unknown' };

export const UNKNOWN: Value = { type: 'unknown' };
/** A literal text. */
export const text = (value: string, known = true): Value => ({ type: 'text', text: value, known });

/** Longest text that is put together, and all of them. */
export const MAX_TEXT = 8192;
export const ALL_TEXT = 200_000;

/** `require('fs')` is `fs`; `getattr(os, 'system')` is `os.system`. */
export function moduleOf(about: Value | undefined, member?: Value): Value {
  if (about?.type === 'text') return { type: 'name', name: about.text.replace(/^node:/, '') };
  if (about?.type === 'name' && member?.type === 'text') return { type: 'name', name: `${about.name}.${member.text}` };
  return about ?? UNKNOWN;
}

export function joined(left: Value, right: Value): Value {
  if (left.type === 'list' && right.type === 'list')
    return { type: 'list', items: [...left.items, ...right.items].slice(0, 64) };
  if (left.type !== 'text' && right.type !== 'text') return UNKNOWN;
  const part = (value: Value) =>
    value.type === 'text' ? value.text : value.type === 'name' ? `$\{${value.name}}` : '$x';
  const known = left.type === 'text' && left.known && right.type === 'text' && right.known;
  return text((part(left) + part(right)).slice(0, MAX_TEXT), known);
}

/** `'rm %s' % 'x'` */
export function formatted(left: Value, right: Value): Value {
  if (left.type !== 'text') return UNKNOWN;
  const items = right.type === 'list' ? [...right.items] : [right];
  let known = left.known;
  const done = left.text.replaceAll(/%[sdr]/g, (whole) => {
    const item = items.shift();
    if (item?.type === 'text' && item.known) return item.text.slice(0, 4096);
    known = false;
    return whole;
  });
  return text(done.slice(0, MAX_TEXT), known);
}
