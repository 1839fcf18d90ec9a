/** The bytes ended before what was announced. */
export class Truncated extends Error {}

/**
 * Reads Kafka's primitive types, big-endian, one after another.
 *
 * No checks beyond the buffer's end: the brokers frame what they send, and a record batch is checked by them.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  #advance(count: number): number {
    const start = this.at;
    if (count < 0 || start + count > this.end) throw new Truncated('the bytes end too early');
    this.at = start + count;
    return start;
  }

  skip(count: number): void {
    this.#advance(count);
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  /** 64 bits as a number: offsets and times stay far below 2^53. */
  int64(): number {
    const start = this.#advance(8);
    return this.#bytes.readInt32BE(start) * 0x1_0000_0000 + this.#bytes.readUInt32BE(start + 4);
  }

  /** 64 bits for comparing only. */
  int64Text(): string {
    return this.#bytes.readBigInt64BE(this.#advance(8)).toString();
  }

  string(): string {
    return this.text(this.int16());
  }

  /** UTF-8 text of so many bytes. */
  text(length: number): string {
    const start = this.#advance(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  slice(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Zigzag varint of at most 32 bits. */
  varint(): number {
    let shift = 0;
    let value = 0;
    for (;;) {
      const byte = this.#bytes[this.#advance(1)] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
      if (shift > 28) throw new Truncated('a varint is too long');
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag varint of at most 64 bits, as a number. */
  varlong(): number {
    let factor = 1;
    let value = 0;
    for (let count = 0; ; count += 1) {
      const byte = this.#bytes[this.#advance(1)] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      if (count >= 9) throw new Truncated('a varlong is too long');
      factor *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
