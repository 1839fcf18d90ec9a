import { line, quote } from '../quote.ts';
import { onCommand } from './command.ts';

/** The command is written in another code and fed to a shell. */
export const shellDecoded = [
  onCommand('base64', (argv, { pick }) => {
    const code = Buffer.from(line(argv)).toString('base64');
    return pick([
      `echo ${code} | base64 -d | sh`,
      `echo '${code}' | base64 --decode | bash`,
      `base64 -d <<< ${code} | bash`,
      `eval "$(echo ${code} | base64 -d)"`,
      `bash -c "$(base64 -d <<< '${code}')"`,
      `printf '%s' ${code} | openssl base64 -d -A | sh`,
    ]);
  }),
  onCommand('base64 twice', (argv) => {
    const inner = `echo ${Buffer.from(line(argv)).toString('base64')} | base64 -d | sh`;
    return `echo ${Buffer.from(inner).toString('base64')} | base64 -d | sh`;
  }),
  onCommand('hex', (argv, { pick }) => {
    const code = Buffer.from(line(argv)).toString('hex');
    return pick([
      `echo ${code} | xxd -r -p | sh`,
      `xxd -r -p <<< ${code} | bash`,
      `eval "$(echo ${code} | xxd -r -p)"`,
    ]);
  }),
  onCommand('escapes to a shell', (argv, { pick }) => {
    const code = [...Buffer.from(line(argv))].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    return pick([`printf '${code}' | sh`, `echo -e '${code}' | bash`, `printf '%b' '${code}' | bash`]);
  }),
  onCommand('reversed', (argv) => `echo ${quote([...line(argv)].reverse().join(''))} | rev | sh`),
  onCommand('rot13', (argv) => {
    const turned = line(argv).replaceAll(/[a-z]/gi, (char) => {
      const base = char <= 'Z' ? 65 : 97;
      return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
    });
    return `echo ${quote(turned)} | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh`;
  }),
];
