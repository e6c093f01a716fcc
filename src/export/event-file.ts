import { crc32c } from "./crc32c.js";

/** Metrics of one step, as TensorBoard shows them: one curve per name. */
export interface Scalars {
  step: number;
  /** Seconds since 1970. */
  wallTime: number;
  values: Readonly<Record<string, number>>;
}

/**
 * The bytes of a TensorBoard event file: TFRecords of `Event` messages (tensorflow/core/util/event.proto), the first of
 * which names the version of the format.
 */
export function eventFile(scalars: readonly Scalars[]): Uint8Array {
  const wallTime = scalars[0]?.wallTime ?? 0;
  const version = message(double(1, wallTime), bytes(3, text("brain.Event:2")));
  const events = scalars.map(({ step, wallTime, values }) => {
    const summary = Object.entries(values).map(([tag, value]) =>
      bytes(1, message(bytes(1, text(tag)), float(2, value))),
    );
    return message(double(1, wallTime), varint(2, step), bytes(5, message(...summary)));
  });
  return message(...[version, ...events].map(record));
}

/** A TFRecord: the length, the data, and a masked checksum of each. */
function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return message(length, maskedChecksum(length), data, maskedChecksum(data));
}

function maskedChecksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, masked, true);
  return out;
}

// Fields of protocol buffers by wire type: 0 varint, 1 64 bits, 2 bytes, 5 32 bits.

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = (field << 3) | 1;
  new DataView(out.buffer).setFloat64(1, value, true);
  return out;
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = (field << 3) | 5;
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

function varint(field: number, value: number): Uint8Array {
  return message(Uint8Array.of(field << 3), encodeVarint(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return message(Uint8Array.of((field << 3) | 2), encodeVarint(value.length), value);
}

function encodeVarint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Uint8Array.of(...out, rest);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function message(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
