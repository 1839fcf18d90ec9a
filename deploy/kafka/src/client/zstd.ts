import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Level 1: on records of JSON it gives most of the gain for a third of the time of the default. */
const PARAMETERS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Opens what a broker sends compressed with zstd. */
export function zstdOpen(bytes: Buffer): Promise<Buffer> {
  return decompress(bytes);
}

/** kafkajs knows of zstd and has no codec for it: this is one, made of Node's own zlib. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, PARAMETERS),
  decompress: (bytes: Buffer) => decompress(bytes),
});
