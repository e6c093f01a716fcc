import * as zlib from "node:zlib";

type Codec = (bytes: Uint8Array) => Uint8Array;

const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as {
  zstdCompressSync?: Codec;
  zstdDecompressSync?: Codec;
};

/** zstd, if this Node has it (22.15 and newer). */
export const zstd: { compress: Codec; decompress: Codec } | undefined =
  zstdCompressSync && zstdDecompressSync
    ? { compress: zstdCompressSync, decompress: zstdDecompressSync }
    : undefined;
