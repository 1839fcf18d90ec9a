import type { Handler } from '../call.ts';
import { builtins } from './builtins.ts';
import { containers } from './containers.ts';
import { databases } from './databases.ts';
import { filesystem } from './filesystem.ts';
import { findCommands } from './find.ts';
import { git } from './git.ts';
import { httpClients } from './http-clients.ts';
import { interpreters } from './interpreters.ts';
import { migrations } from './migrations.ts';
import { packages } from './packages.ts';
import { windows } from './powershell.ts';
import { processes } from './processes.ts';
import { readers } from './readers.ts';
import { searches } from './searches.ts';
import { shells } from './shells.ts';
import { storage } from './storage.ts';
import { transfers } from './transfers.ts';
import { vendors } from './vendors.ts';
import { wrappers } from './wrappers.ts';

/** Handlers by program name. One file per family; a new program is one more line in its family's table. */
export type CommandTable = Readonly<Record<string, Handler>>;

const families: readonly CommandTable[] = [
  vendors,
  migrations,
  windows,
  readers,
  searches,
  findCommands,
  filesystem,
  storage,
  transfers,
  git,
  containers,
  databases,
  httpClients,
  packages,
  processes,
  interpreters,
  shells,
  wrappers,
  builtins,
];

/** All known programs. A later family wins over an earlier one. */
export const commands: ReadonlyMap<string, Handler> = new Map(families.flatMap((table) => Object.entries(table)));
