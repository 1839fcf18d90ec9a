import type { CodeCall } from './evaluate.ts';
import type { Value } from './values.ts';

function textOf(value: Value | undefined): string | undefined {
  return value?.type === 'text' && value.known ? value.text : undefined;
}

const made = (value: string): Value => ({ type: 'text', text: value.slice(0, 8192), known: true });

/** What a call that only recodes text answers: base64, hex, characters, joins. */
export function decoded({ callee, args, receiver }: CodeCall): Value | undefined {
  const name = callee.slice(callee.lastIndexOf('.') + 1);
  const first = textOf(args[0]);
  switch (name) {
    case 'b64decode':
    case 'atob':
    case 'decode64':
    case 'decode_base64':
    case 'base64_decode':
    case 'urlsafe_b64decode':
      return first === undefined ? undefined : made(Buffer.from(first, 'base64').toString('utf8'));
    case 'fromhex':
    case 'unhexlify':
    case 'hex2bin':
      return first === undefined ? undefined : made(Buffer.from(first, 'hex').toString('utf8'));
    case 'from': {
      const encoding = textOf(args[1]);
      if (first === undefined || (encoding !== 'base64' && encoding !== 'hex')) return undefined;
      return made(Buffer.from(first, encoding).toString('utf8'));
    }
    case 'pack': {
      const packed = receiver?.type === 'list' ? receiver.items[0] : receiver;
      return /^m/.test(first ?? '') ? packed : undefined;
    }
    case 'stringify':
    case 'dumps':
    case 'encode':
    case 'to_json':
    case 'json_encode':
      return args[0] ?? (receiver?.type === 'text' || receiver?.type === 'object' ? receiver : undefined);
    case 'chr':
    case 'fromCharCode': {
      const codes = args.map((value) => Number(textOf(value)));
      return codes.length > 0 && codes.every((code) => code >= 0 && code < 0x11_0000)
        ? made(String.fromCodePoint(...codes))
        : undefined;
    }
    case 'join':
      return joinedList(textOf(receiver) ?? first, args[0]?.type === 'list' ? args[0] : receiver);
    case 'decode':
    case 'toString':
    case 'strip':
    case 'trim':
    case 'String':
    case 'str':
    case 'bytes':
    case 'Path':
    case 'expanduser':
    case 'resolve':
      return receiver?.type === 'text' ? receiver : first === undefined ? undefined : made(first);
    case 'split': {
      const whole = textOf(receiver) ?? (callee === 'shlex.split' ? first : undefined);
      const items = whole?.split(/\s+/).slice(0, 64).map(made);
      return items === undefined ? undefined : { type: 'list', items };
    }
    default:
      return undefined;
  }
}

function joinedList(separator: string | undefined, list: Value | undefined): Value | undefined {
  if (list?.type !== 'list' || separator === undefined) return undefined;
  const items = list.items.map(textOf);
  return items.every((item) => item !== undefined) ? made(items.join(separator)) : undefined;
}
