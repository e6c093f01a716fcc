/** A float32 tensor, row major. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** The bytes of a safetensors file of float32 tensors. */
export function writeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = { format: "pt" },
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  // The header is padded with spaces, so that the data begins at a multiple of 8.
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new Uint8Array(8 + text.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  offset = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/** The float32 tensors of a safetensors file; tensors of other types are left out. */
export function readSafetensors(file: Uint8Array): Record<string, Tensor> {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries<{
    dtype: string;
    shape: number[];
    data_offsets: [number, number];
  }>(header)) {
    if (name === "__metadata__" || entry.dtype !== "F32") continue;
    const [from, to] = entry.data_offsets;
    // A copy of its own, aligned; a Buffer's `slice` would be a view of all of it.
    const start = file.byteOffset + 8 + headerLength;
    tensors[name] = {
      shape: entry.shape,
      data: new Float32Array(file.buffer.slice(start + from, start + to)),
    };
  }
  return tensors;
}
