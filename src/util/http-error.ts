/** A request over HTTP that failed for good; the message names the address, the status and the server's words. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  /** HTTP status; undefined where no answer came, or one of another form. */
  readonly status: number | undefined;

  constructor(message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.status = options?.status;
  }
}
