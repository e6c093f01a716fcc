import protobuf from "protobufjs";

/*
 * The messages of the Tinker API that engines send or want as protocol buffers instead of JSON: those of tinker_public.proto
 * in the official SDK (0.38), less the fields that soarlab neither sets nor reads. Arrays are little-endian bytes.
 */
const { root } = protobuf.parse(`
  syntax = "proto3";
  package tinker_public;

  enum StopReason { STOP_REASON_STOP = 0; STOP_REASON_LENGTH = 1; }
  enum DType { DTYPE_UNSPECIFIED = 0; DTYPE_FLOAT32 = 1; DTYPE_INT64 = 2; DTYPE_INT32 = 3; DTYPE_BFLOAT16 = 4; }

  message SampleResponse {
    repeated SampledSequence sequences = 1;
    optional bytes prompt_logprobs = 2;
  }
  message SampledSequence {
    StopReason stop_reason = 1;
    bytes tokens = 2;
    optional bytes logprobs = 3;
  }

  message ForwardBackwardRequest {
    string model_id = 1;
    int32 seq_id = 2;
    repeated Datum data = 3;
    string loss_fn = 4;
    map<string, double> loss_fn_config = 5;
    bool forward_only = 6;
  }
  message Datum {
    repeated Chunk model_input = 1;
    map<string, Tensor> loss_fn_inputs = 2;
  }
  message Chunk { EncodedTextChunk encoded_text = 1; }
  message EncodedTextChunk { bytes tokens = 1; }
  message Tensor {
    bytes dense = 1;
    DType dtype = 3;
    repeated int64 shape = 4;
  }

  message ForwardBackwardOutput {
    repeated ArrayRecord loss_fn_outputs = 2;
    map<string, double> metrics = 3;
  }
  message ArrayRecord { map<string, BatchedTensor> fields = 2; }
  message BatchedTensor {
    bytes data = 1;
    bytes offsets = 2;
    DType dtype = 3;
  }
`);

export const ForwardBackwardRequest = root.lookupType("tinker_public.ForwardBackwardRequest");
export const ForwardBackwardOutput = root.lookupType("tinker_public.ForwardBackwardOutput");
export const SampleResponse = root.lookupType("tinker_public.SampleResponse");

/** Values of the enum DType. */
export const dtypes = { float32: 1, int64: 2, int32: 3, bfloat16: 4 } as const;

/** Value of StopReason for a completion that was cut at max_tokens. */
export const stopReasonLength = 1;
