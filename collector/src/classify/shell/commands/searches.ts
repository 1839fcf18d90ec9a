import { notePath, notePattern } from '../../secrets.ts';
import type { Handler } from '../call.ts';
import { add, bounded, pathOf } from '../call.ts';
import { has, readOptions } from '../options.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

const valued = 'ABCmefgtdTjEM';
const long = [
  'regexp',
  'file',
  'include',
  'exclude',
  'exclude-dir',
  'glob',
  'iglob',
  'type',
  'type-not',
  'max-count',
  'max-depth',
  'context',
  'pre',
];

/** `grep`, `rg`, `ag`: what is asked for, and where. */
export const search: Handler = (call) => {
  const options = readOptions(call.args, { valued: call.name === 'rg' ? valued : 'ABCmefdD', long });
  const given = [...(options.values.get('e') ?? []), ...(options.values.get('regexp') ?? [])];
  const listsFiles = call.name === 'rg' && has(options, 'files');
  const patterns = given.length > 0 || listsFiles || has(options, 'f', 'file') ? given : options.operands.slice(0, 1);
  const places = options.operands.slice(patterns === given ? 0 : 1);
  for (const pattern of patterns) notePattern(call.findings, pattern.value, call.name);
  for (const name of ['include', 'glob', 'iglob', 'g']) {
    for (const filter of options.values.get(name) ?? []) notePath(call.findings, filter.value, 'searches');
  }
  if (call.name === 'rg' && has(options, 'pre')) {
    add(call, { verb: 'execute', resource: 'program', system: 'shell', note: '--pre' });
  }
  const files = places.length === 0 ? [undefined] : bounded(call, places);
  for (const place of files) {
    const at = place === undefined ? undefined : pathOf(call, place);
    if (place !== undefined) {
      call.findings.source(at?.path ?? place.value);
      notePath(call.findings, place.value, 'searches');
      notePath(call.findings, at?.path ?? place.value, 'searches');
    }
    add(call, {
      verb: 'search',
      resource: 'file',
      system: 'filesystem',
      target: at?.target ?? {},
      scope: at?.scope === 'one' ? 'one' : 'many',
      confidence: 1,
    });
  }
};

/** Programs that search in text. */
export const searches: CommandTable = {
  ...each('grep egrep fgrep zgrep rg ag ack ugrep', search),
  locate: (call) => {
    for (const { value } of call.args) notePath(call.findings, value, 'locates');
    add(call, { verb: 'search', resource: 'file', system: 'filesystem', scope: 'many', confidence: 1 });
  },
  ...each('gitleaks trufflehog detect-secrets', (call) => {
    call.findings.hunt(`${call.name} scans for secrets`);
    add(call, { verb: 'search', resource: 'secret', system: 'filesystem', scope: 'many' });
  }),
};
