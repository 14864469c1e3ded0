/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What went wrong, as plain data: what every host hands to the engine to be classified. Every key is optional, and a key
 * of which nothing is known is left out.
 */
export interface FaultDocument {
  /** The host that saw it. */
  readonly host?: 'python' | 'node' | 'browser' | 'http' | 'grpc' | 'rust';
  /** The name of the error's class, such as `AxiosError`. */
  readonly type?: string;
  /** The error's own `name`, such as `AbortError`. */
  readonly name?: string;
  /** The classes that it inherits from, nearest first. */
  readonly bases?: readonly string[];
  readonly message?: string;
  /** The status of an HTTP answer; 0 where a browser had none. */
  readonly status?: number;
  /** A code with a name or a number: `ECONNRESET`, `23505`, `insufficient_quota`, 14. */
  readonly code?: string | number;
  /** The number of the operating system's error, or its name. */
  readonly errno?: string | number;
  /** What the operating system was asked for, such as `connect`. */
  readonly syscall?: string;
  /** Headers that say whether and when to come back; names are read without case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the error carries: body, details, reason, … */
  readonly attrs?: Readonly<Record<string, unknown>>;
  /** The members of a group of errors. */
  readonly errors?: readonly FaultDocument[];
  /** What caused it. */
  readonly cause?: FaultDocument | null;
  /** The wall clock in seconds since 1970, for headers that name a date. */
  readonly now?: number | null;
}
