/** One line of the report. */
export function row(name: string, value: string, note = ''): void {
  process.stdout.write(`${name.padEnd(52)} ${value.padStart(14)}   ${note}\n`);
}

/** `0.42 ms`. */
export function ms(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(2)} ms`;
}
