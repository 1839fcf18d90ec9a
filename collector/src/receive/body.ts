import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { Place } from './load.ts';

/** Why a body was not taken. */
export type BodyFault = 'too-large' | 'no-room' | 'corrupt' | 'aborted';

export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly fault: BodyFault;
  constructor(fault: BodyFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

const decoders: Readonly<Record<string, () => zlib.Gunzip>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/** Whether `Content-Encoding` is one that we undo. */
export function isKnownEncoding(encoding: string): boolean {
  return encoding === '' || encoding === 'identity' || Object.hasOwn(decoders, encoding);
}

/**
 * Reads a body and undoes its encoding. The size is checked as the bytes come out of the decompressor: a small body
 * that would become a huge one is dropped at the limit.
 *
 * @throws BodyError with its fault. The rest of the request is still drained, so that the answer can be read.
 */
export function readBody(request: IncomingMessage, encoding: string, limit: number, place: Place): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const decoder = decoders[encoding]?.();
    const source: Readable = decoder ?? request;
    const chunks: Buffer[] = [];
    let size = 0;
    let received = 0;

    const fail = (fault: BodyFault, message: string): void => {
      source.off('data', onData);
      request.off('data', onRaw);
      if (decoder !== undefined) {
        request.unpipe(decoder);
        decoder.destroy();
      }
      chunks.length = 0;
      place.give(size);
      size = 0;
      request.resume();
      reject(new BodyError(fault, message));
    };
    const onRaw = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limit) fail('too-large', `the body is larger than ${limit} bytes; send smaller batches`);
    };
    const onData = (chunk: Buffer): void => {
      if (size + chunk.length > limit) {
        fail('too-large', `the body is larger than ${limit} bytes after decompression; send smaller batches`);
        return;
      }
      if (!place.take(chunk.length)) {
        fail('no-room', 'too much is being received; try again');
        return;
      }
      size += chunk.length;
      chunks.push(chunk);
    };

    if (Number(request.headers['content-length']) > limit) {
      fail('too-large', `the body is larger than ${limit} bytes; send smaller batches`);
      return;
    }
    source.on('data', onData);
    source.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => fail('aborted', 'the sender went away'));
    request.once('close', () => {
      if (!request.readableEnded) fail('aborted', 'the sender went away');
    });
    if (decoder !== undefined) {
      request.on('data', onRaw);
      decoder.once('error', () => fail('corrupt', `the body is no valid ${encoding}`));
      request.pipe(decoder);
    }
  });
}
