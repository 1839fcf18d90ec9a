import { HaltwireError } from '@haltwire/schemas';

/** What an operator can do about errors of ClickHouse that do not go away by waiting, by their code. */
const cures: Readonly<Record<string, string>> = {
  192: 'ClickHouse knows no such user; check username',
  193: 'ClickHouse refuses the password; check password or passwordFile',
  497: "ClickHouse's user lacks a right; grant it CREATE, ALTER, INSERT and SELECT on the database, and SELECT on system.tables",
  516: 'ClickHouse refuses the sign-in; check username and password or passwordFile',
};

/** Puts the cure before an error that waiting will not cure; others stay as they are. The cause is kept. */
export function explain(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cure = cures[code];
  if (cure === undefined || !(error instanceof Error)) return error;
  return new HaltwireError('HALTWIRE_CONFIG', `${cure} (${error.message})`, { cause: error });
}
