import { notePath } from '../../secrets.ts';
import { add, bounded, type Call, type Handler, pathOf } from '../call.ts';
import { FIND_TESTS, picks } from '../narrow.ts';
import { runWrapped } from '../run.ts';
import type { Argument } from '../state.ts';
import type { CommandTable } from './index.ts';

const NAMES = /^-(?:i?name|i?path|i?wholename|i?regex|l?iname)$/;
const EXECUTES = /^-(?:exec|execdir|ok|okdir)$/;

const find: Handler = (call) => {
  const first = call.args.findIndex(({ value }) => /^[-(!]/.test(value) && !/^-[HLPDO]/.test(value));
  const places = (first === -1 ? call.args : call.args.slice(0, first)).filter(({ value }) => !value.startsWith('-'));
  const tests = first === -1 ? [] : call.args.slice(first);
  listed(call, places);
  let filtered = false;
  for (let at = 0; at < tests.length; at++) {
    const value = tests[at]?.value ?? '';
    if (FIND_TESTS.test(value)) {
      filtered ||= picks(value);
      const asked = tests[++at]?.value ?? '';
      if (NAMES.test(value)) notePath(call.findings, asked, 'looks for');
    } else if (picks(value)) filtered = true;
    else if (value === '-delete') deletes(call, places, filtered);
    else if (EXECUTES.test(value)) {
      const rest = tests.slice(at + 1);
      const end = rest.findIndex((word) => word.value === ';' || word.value === '+');
      runs(call, end === -1 ? rest : rest.slice(0, end), places, filtered);
      // `-exec grep -q x {} \\;` lets some pass.
      filtered ||= /^(?:grep|egrep|fgrep|test|\[)$/.test(rest[0]?.value ?? '');
      at += end === -1 ? rest.length : end + 1;
    } else if (/^-f(?:ls|print0?|printf)$/.test(value)) {
      const id = tests[++at]?.value ?? '';
      add(call, { verb: 'update', resource: 'file', system: 'filesystem', target: { id } });
    }
  }
};

function listed(call: Call, places: readonly Argument[]): void {
  for (const place of places.length === 0 ? [{ value: '.', known: true, glob: false }] : bounded(call, places)) {
    const { path, target } = pathOf(call, place);
    notePath(call.findings, path ?? place.value, 'lists');
    add(call, {
      verb: 'list',
      resource: 'file',
      system: 'filesystem',
      target,
      scope: 'many',
      confidence: 1,
      note: place.value,
    });
  }
}

function deletes(call: Call, places: readonly Argument[], filtered: boolean): void {
  for (const place of places.length === 0 ? [{ value: '.', known: true, glob: false }] : bounded(call, places)) {
    const { target, vast } = pathOf(call, place);
    const scope = filtered ? 'many' : 'all';
    add(call, {
      verb: 'delete',
      resource: 'file',
      system: 'filesystem',
      target,
      scope,
      destructiveness: filtered ? (vast ? 0.7 : 0.5) : vast ? 1 : 0.7,
      note: `${place.value} -delete`,
    });
  }
}

/** `-exec rm {} \;`: the command runs for each file found. */
function runs(call: Call, words: readonly Argument[], places: readonly Argument[], narrow: boolean): void {
  const place = places[0]?.value ?? '.';
  const command = words.map((word) =>
    word.value.includes('{}')
      ? { value: word.value.replaceAll('{}', `${place.replace(/\/$/, '')}/*`), known: word.known, glob: true, narrow }
      : word,
  );
  runWrapped(call, command, { repeated: true });
}

/** `find` and its faster cousin. */
export const findCommands: CommandTable = {
  find,
  fd: (call) => {
    const at = call.args.findIndex(({ value }) => /^(?:-x|-X|--exec|--exec-batch)$/.test(value));
    for (const { value } of call.args) notePath(call.findings, value, 'looks for');
    add(call, { verb: 'list', resource: 'file', system: 'filesystem', scope: 'many', confidence: 1 });
    if (at !== -1)
      runWrapped(call, [...call.args.slice(at + 1), { value: '*', known: true, glob: true }], { repeated: true });
  },
};
