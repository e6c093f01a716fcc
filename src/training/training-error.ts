/** What went wrong between the toolkit and a training server, for code that wants to tell the cases apart. */
export type TrainingErrorKind =
  /** No server answered, or the connection broke and stayed broken through every retry. */
  | "unreachable"
  /** The server refused the key. */
  | "unauthorized"
  /** The server found the request's fields wrong (422) or its meaning wrong (400, 404, 409). */
  | "rejected"
  /** The server accepted the request and then failed to carry it out. */
  | "failed"
  /** The server is overloaded or broken (429, 5xx) and stayed so through every retry. */
  | "unavailable"
  /** The answer is not what the API promises. */
  | "protocol";

/** An error of a training server or of the way to it. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";

  constructor(
    readonly kind: TrainingErrorKind,
    message: string,
    /** HTTP status, if there was one. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
