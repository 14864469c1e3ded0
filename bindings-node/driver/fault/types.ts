/** What went wrong, as plain data: what a classifier judges. Every key may be left out. */
export interface FaultDocument {
  readonly host?: 'python' | 'node' | 'browser' | 'http' | 'grpc' | 'rust';
  /** The error's type, such as `TypeError`. */
  readonly type?: string;
  /** JavaScript's `error.name`. */
  readonly name?: string;
  /** The types that it is derived from, the nearest first. */
  readonly bases?: readonly string[];
  readonly message?: string;
  /** An HTTP status. */
  readonly status?: number;
  /** A code of the system, a library or the provider. */
  readonly code?: string | number;
  readonly errno?: number;
  readonly syscall?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the error carries. */
  readonly attrs?: Readonly<Record<string, unknown>>;
  /** The members of a group of errors. */
  readonly errors?: readonly FaultDocument[];
  readonly cause?: FaultDocument | null;
  /** Seconds since 1970, to read dates in headers by. */
  readonly now?: number | null;
}
