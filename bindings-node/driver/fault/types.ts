/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What went wrong, as plain data: what every host hands to the engine to be classified. Every key is optional, and a key
 * of which nothing is known is left out.
 */
export interface FaultDocument {
  /** The host that saw it: `python`, `node`, `browser`, `http`, `grpc` or `rust`. */
  host?: string;
  /** The name of the error's class, such as `AxiosError`. */
  type?: string;
  /** The error's own `name`, such as `AbortError`. */
  name?: string;
  /** The classes that it inherits from, nearest first. */
  bases?: string[];
  message?: string;
  /** The status of an HTTP answer; 0 where a browser had none. */
  status?: number;
  /** A code with a name or a number: `ECONNRESET`, `23505`, `insufficient_quota`, 14. */
  code?: string | number;
  /** The number of the operating system's error, or its name. */
  errno?: string | number;
  /** What the operating system was asked for, such as `connect`. */
  syscall?: string;
  /** Headers that say whether and when to come back, by their names in lower case. */
  headers?: Record<string, string>;
  /** What else the error carries: body, details, reason, … */
  attrs?: Record<string, Json>;
  /** The members of a group of errors. */
  errors?: FaultDocument[];
  /** What caused it. */
  cause?: FaultDocument;
  /** The wall clock in seconds since 1970, for headers that name a date. */
  now?: number;
}
