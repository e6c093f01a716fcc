/** What went wrong between the toolkit and the hub of data sets. */
export type HubErrorKind =
  /** No response, or the connection failed in every retry, or network use is off and nothing is cached. */
  | "unreachable"
  /** 401 or 403: no token, a wrong one, or one without access. */
  | "unauthorized"
  /** No such data set, revision or file. */
  | "not found"
  /** 429 in every retry. */
  | "rate limited"
  /** The file's size or hash is not what the hub says it is. */
  | "corrupt"
  /** Any other answer that the hub's API does not promise. */
  | "protocol";

/** An error of the hub or of the way to it. */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly kind: HubErrorKind;
  /** HTTP status, if there was one. */
  readonly status: number | undefined;

  constructor(kind: HubErrorKind, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.kind = kind;
    this.status = options?.status;
  }
}
