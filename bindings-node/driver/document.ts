// Written by scripts/policy-types.mjs from core/policy.schema.json; not by hand.

/** Seconds, or text with a unit, such as `"250ms"`, `"30s"` or `"5m"`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** What a program wants of its calls. `null` is the same as absent. */
export interface PolicyDocument {
  /**
   * A limit of calls in flight that rises with successes and falls with failures. Default: none; an empty section
   * means its defaults.
   */
  readonly adaptive?: {
    /** What a failure leaves of the limit; it takes one away at least. Default: 0.9. */
    readonly backoff_ratio?: number | null | undefined;
    /** So many calls in flight at first. Default: 20, or the nearest that min and max allow. */
    readonly initial?: number | null | undefined;
    /**
     * A success that took longer counts as a failure. Default: none, successes count as such however long they took.
     */
    readonly latency_threshold?: Duration | null | undefined;
    /** A call that has not come back after this long gives its place up. Default: 60 seconds. */
    readonly lease?: Duration | null | undefined;
    /** The limit never rises above this. Default: 200. */
    readonly max?: number | null | undefined;
    /** The limit never falls below this. Default: 1. */
    readonly min?: number | null | undefined;
  } | null | undefined;
  /** How a batch of calls is worked through. Default: as an empty section has it. */
  readonly batch?: {
    /** So many items of a batch at a time. Default: 8. */
    readonly concurrency?: number | null | undefined;
    /** After so many failed items no further one is begun. Default: none; all are, however many fail. */
    readonly stop_after_failures?: number | null | undefined;
  } | null | undefined;
  /** How many calls may be under way at once. Default: as many as come; an empty section means its defaults. */
  readonly bulkhead?: {
    /** So many calls may be under way at once. Default: 10. */
    readonly max_concurrent?: number | null | undefined;
    /** So many more may wait for a place, first come first served. Default: 0. */
    readonly max_queue?: number | null | undefined;
    /** Nobody waits longer for a place. Default: 1 second. */
    readonly max_wait?: Duration | null | undefined;
  } | null | undefined;
  /** A breaker around each attempt. Default: none; an empty section means its defaults. */
  readonly circuit_breaker?: {
    /** Another name for `recovery_timeout`. */
    readonly cooldown?: Duration | null | undefined;
    /** Another name for `recovery_timeout`. */
    readonly cooldown_seconds?: Duration | null | undefined;
    /** Count among this many calls instead of in a row. Default: none; 100 for a rate without any window. */
    readonly count_window?: number | null | undefined;
    /**
     * Names of error types, or words of messages; only such errors count as failures. Default: as for
     * expected_exception.
     */
    readonly error_patterns?: string | number | readonly (string | number)[] | null | undefined;
    /**
     * What identical_failures lead to: open_circuit opens the breaker, exponential_backoff makes the waits of the
     * call double instead. Default: open_circuit.
     */
    readonly escalation_strategy?: 'open_circuit' | 'exponential_backoff' | null | undefined;
    /**
     * Names of error types; only these and their subtypes count as failures. Default: errors that say that the
     * dependency is unwell.
     */
    readonly expected_exception?: string | number | readonly (string | number)[] | null | undefined;
    /** Another name for `expected_exception`. */
    readonly expected_exceptions?: string | number | readonly (string | number)[] | null | undefined;
    /** Another name for `failure_threshold`. */
    readonly fail_max?: number | null | undefined;
    /** This share of failures among the calls in the window opens the breaker. Default: none. */
    readonly failure_rate?: number | null | undefined;
    /** Another name for `failure_rate`. */
    readonly failure_rate_threshold?: number | null | undefined;
    /**
     * So many failures open the breaker: in a row, or within the window if there is one. Default: 5; none if
     * identical_failures, failure_rate or slow_call is given without it.
     */
    readonly failure_threshold?: number | null | undefined;
    /** So many probes at a time while half-open. Default: 1. */
    readonly half_open_max_calls?: number | null | undefined;
    /** So many failures of the same kind in a row open the breaker. Default: none. */
    readonly identical_failures?: number | null | undefined;
    /** The number of attempts, if there is a retry section that does not give one. */
    readonly max_attempts?: number | null | undefined;
    /** Another name for `identical_failures`. */
    readonly max_error_repeats?: number | null | undefined;
    /**
     * Neither growth nor a server's hint keeps it open for longer. Default: 5 minutes, or recovery_timeout if that is
     * longer.
     */
    readonly max_recovery_timeout?: Duration | null | undefined;
    /**
     * No rate opens the breaker before so many calls are in the window. Default: 20, or the count_window if that is
     * less.
     */
    readonly minimum_calls?: number | null | undefined;
    /** Another name for `minimum_calls`. */
    readonly minimum_number_of_calls?: number | null | undefined;
    /** Another name for `minimum_calls`. */
    readonly minimum_throughput?: number | null | undefined;
    /**
     * normal: it decides. shadow: it counts, trips and recovers, but rejects nobody. forced_open and forced_closed:
     * it begins held so, until it is reset. Default: normal.
     */
    readonly mode?: 'normal' | 'shadow' | 'forced_open' | 'forced_closed' | null | undefined;
    /**
     * Settings to start from; those beside it replace its own. standard: 5 failures within 5 minutes, a minute open,
     * 3 probes at a time, 2 successes. critical: 3 failures, half a minute, 1 probe, 1 success. lenient: 10 failures,
     * two minutes, 5 probes, 5 successes. Default: none.
     */
    readonly preset?: 'standard' | 'critical' | 'lenient' | null | undefined;
    /** A probe without an answer after this long gives its place to the next caller. Default: 60 seconds. */
    readonly probe_timeout?: Duration | null | undefined;
    /** Each probe that fails makes the next open wait so many times as long; closing starts over. Default: 1. */
    readonly recovery_growth?: number | null | undefined;
    /** Each open wait is drawn from its last so much: 0.2 draws from the last fifth. Default: 0. */
    readonly recovery_jitter?: number | null | undefined;
    /** How long it stays open before it lets a probe through. Default: 60 seconds. */
    readonly recovery_timeout?: Duration | null | undefined;
    /** Another name for `recovery_timeout`. */
    readonly reset_timeout?: Duration | null | undefined;
    /** From when on a call is slow, and which share of slow calls opens the breaker. Default: no call is. */
    readonly slow_call?: {
      /**
       * A call that takes this long is slow, however it ends. One under way counts as soon as it has taken so long,
       * to an eighth of it. A slow probe reopens the breaker. No default.
       */
      readonly duration?: Duration | null | undefined;
      /** This share of slow calls among the calls in the window opens the breaker. Default: 0.5. */
      readonly rate?: number | null | undefined;
    } | null | undefined;
    /** So many probes must succeed to close it. Default: 1. */
    readonly success_threshold?: number | null | undefined;
    /** Count within this long instead of in a row, to a thirtieth of it. Default: none. */
    readonly time_window?: Duration | null | undefined;
    /** Another name for `recovery_timeout`. */
    readonly timeout?: Duration | null | undefined;
    /** Another name for `minimum_calls`. */
    readonly volume_threshold?: number | null | undefined;
  } | null | undefined;
  /** What errors mean. Default: what the library's tables say. */
  readonly classify?: {
    /**
     * Who decides where no rule fits: the library's tables, keywords of the message, or nobody. Default: default.
     */
    readonly kind?: 'default' | 'keyword' | 'none' | null | undefined;
    /** Rules of your own; the first that fits decides. Default: none. */
    readonly rules?: readonly {
      /** What the rule is about. All keys must fit, and any entry of a list; no key at all fits every error. */
      readonly match?: {
        /** What the library's own tables say of the error. */
        readonly category?: string | number | readonly (string | number)[] | null | undefined;
        /** A code of the system, a library or the provider. */
        readonly code?: string | number | readonly (string | number)[] | null | undefined;
        /** Whole words of the message, without case. */
        readonly message?: string | number | readonly (string | number)[] | null | undefined;
        /** JavaScript's error.name. */
        readonly name?: string | number | readonly (string | number)[] | null | undefined;
        /** An HTTP status such as 503, or a class: 5xx. */
        readonly status?: string | number | readonly (string | number)[] | null | undefined;
        /** The error's type or one of its bases, by full name or by its last part. */
        readonly type?: string | number | readonly (string | number)[] | null | undefined;
      } | null | undefined;
      /** How long to wait, whatever the server says. Default: its hint. */
      readonly retry_after?: Duration | null | undefined;
      /** What such an error is: transient, permanent, degraded, ignore, or a category. */
      readonly then?: string | null | undefined;
    }[] | null | undefined;
    /**
     * Whether an error of which nothing can be told is retried: permanent, or transient (also: retry). Default:
     * permanent.
     */
    readonly unknown?: 'permanent' | 'transient' | 'retry' | null | undefined;
  } | null | undefined;
  /** What the host should do when things happen. Default: nothing. */
  readonly error_handling?: {
    /** When the breaker opened. */
    readonly on_circuit_open?: {
      /** What to do. Default: nothing but the rest. */
      readonly action?: 'log' | 'log_and_continue' | 'notify' | 'pause' | 'pause_and_notify' | null | undefined;
      /** Whether to write a diagnostic bundle. Default: false. */
      readonly collect_diagnostics?: boolean | null | undefined;
      /** What to log; ${attempt_number} and ${max_attempts} stand for numbers. */
      readonly message?: string | null | undefined;
      /** Whom to tell. Default: nobody. */
      readonly notify?: string | number | readonly (string | number)[] | null | undefined;
      /** How long to pause. Default: not. */
      readonly pause_duration?: Duration | null | undefined;
    } | null | undefined;
    /** When a call has failed for good. */
    readonly on_failure?: {
      /** What to do. Default: nothing but the rest. */
      readonly action?: 'log' | 'log_and_continue' | 'notify' | 'pause' | 'pause_and_notify' | null | undefined;
      /** Whether to write a diagnostic bundle. Default: false. */
      readonly collect_diagnostics?: boolean | null | undefined;
      /** What to log; ${attempt_number} and ${max_attempts} stand for numbers. */
      readonly message?: string | null | undefined;
      /** Whom to tell. Default: nobody. */
      readonly notify?: string | number | readonly (string | number)[] | null | undefined;
      /** How long to pause. Default: not. */
      readonly pause_duration?: Duration | null | undefined;
    } | null | undefined;
    /** When a call succeeded after retries. */
    readonly on_recovery?: {
      /** What to do. Default: nothing but the rest. */
      readonly action?: 'log' | 'log_and_continue' | 'notify' | 'pause' | 'pause_and_notify' | null | undefined;
      /** Whether to write a diagnostic bundle. Default: false. */
      readonly collect_diagnostics?: boolean | null | undefined;
      /** What to log; ${attempt_number} and ${max_attempts} stand for numbers. */
      readonly message?: string | null | undefined;
      /** Whom to tell. Default: nobody. */
      readonly notify?: string | number | readonly (string | number)[] | null | undefined;
      /** How long to pause. Default: not. */
      readonly pause_duration?: Duration | null | undefined;
    } | null | undefined;
    /** Before each wait. */
    readonly on_retry?: {
      /** What to do. Default: nothing but the rest. */
      readonly action?: 'log' | 'log_and_continue' | 'notify' | 'pause' | 'pause_and_notify' | null | undefined;
      /** Whether to write a diagnostic bundle. Default: false. */
      readonly collect_diagnostics?: boolean | null | undefined;
      /** What to log; ${attempt_number} and ${max_attempts} stand for numbers. */
      readonly message?: string | null | undefined;
      /** Whom to tell. Default: nobody. */
      readonly notify?: string | number | readonly (string | number)[] | null | undefined;
      /** How long to pause. Default: not. */
      readonly pause_duration?: Duration | null | undefined;
    } | null | undefined;
  } | null | undefined;
  /**
   * Other ways to the answer, the best first: a list of steps, or an object with them and what decides between them.
   * They are tried one after the other when the call itself, which the rest of this document guards, has failed for
   * good. Default: none.
   */
  readonly fallback?: readonly {
    /** Another name for `quality`. */
    readonly accuracy?: number | null | undefined;
    /** What a call of it costs, in any unit, for reports. Default: 0. */
    readonly cost?: number | null | undefined;
    /** Another name for `quality`. */
    readonly expected_quality?: number | null | undefined;
    /** What ends the call at once if it happens here: a category or a list of them. Default: what the chain says. */
    readonly fail_now?: 'timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown' | readonly ('timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown')[] | null | undefined;
    /** What it is called in reports. No default. */
    readonly name?: string | null | undefined;
    /** A whole policy document that guards this step alone. Default: none. */
    readonly policy?: PolicyDocument | null | undefined;
    /** How good its answer is, for reports. Default: 1. */
    readonly quality?: number | null | undefined;
  }[] | {
    /**
     * One of so many calls tries a step first that has lost its place, so that its recovery is found. Default: 20.
     */
    readonly explore_every?: number | null | undefined;
    /**
     * What ends the call at once instead of leading to the next step: a category or a list of them. Default: auth and
     * invalid_request, which another step would only hide.
     */
    readonly fail_now?: 'timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown' | readonly ('timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown')[] | null | undefined;
    /** Calls longer ago than this are not recent. Default: 10 minutes. */
    readonly forget_after?: Duration | null | undefined;
    /** So many of a step's last calls are recent, and up to a third more. Default: 20. */
    readonly history?: number | null | undefined;
    /** So many recent calls of a step before it may change places. Default: 5. */
    readonly minimum_calls?: number | null | undefined;
    /**
     * In which order steps are tried: fixed, as they are listed; success, by the share of calls that succeeded
     * lately; success_then_latency, among equals the faster one first. Default: fixed.
     */
    readonly order?: 'fixed' | 'success' | 'success_then_latency' | null | undefined;
    /** Other ways to the answer, the best first, at most 32. No default. */
    readonly steps?: readonly {
      /** Another name for `quality`. */
      readonly accuracy?: number | null | undefined;
      /** What a call of it costs, in any unit, for reports. Default: 0. */
      readonly cost?: number | null | undefined;
      /** Another name for `quality`. */
      readonly expected_quality?: number | null | undefined;
      /**
       * What ends the call at once if it happens here: a category or a list of them. Default: what the chain says.
       */
      readonly fail_now?: 'timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown' | readonly ('timeout' | 'rate_limit' | 'quota' | 'connection' | 'server' | 'auth' | 'invalid_request' | 'not_found' | 'resource' | 'conflict' | 'unknown')[] | null | undefined;
      /** What it is called in reports. No default. */
      readonly name?: string | null | undefined;
      /** A whole policy document that guards this step alone. Default: none. */
      readonly policy?: PolicyDocument | null | undefined;
      /** How good its answer is, for reports. Default: 1. */
      readonly quality?: number | null | undefined;
    }[] | null | undefined;
  } | null | undefined;
  /** A name for logs and metrics. Default: none. */
  readonly name?: string | null | undefined;
  /** How often calls may go out, retries included. Default: as often as they come. */
  readonly rate_limit?: {
    /** So many calls may go out at once after a pause. Default: as many as rate. */
    readonly burst?: number | null | undefined;
    /**
     * A call that can go out within this long waits for its turn; any other is rejected. Default: 0 seconds, nobody
     * waits.
     */
    readonly max_wait?: Duration | null | undefined;
    /** The time in which rate calls may go out. Default: 1 second. */
    readonly per?: Duration | null | undefined;
    /** How many calls may go out in the time of per. No default. */
    readonly rate?: number | null | undefined;
  } | null | undefined;
  /** Whether and when to try again. Default: not at all; an empty section means its defaults. */
  readonly retry?: {
    /** Another name for `max_attempts`. */
    readonly attempts?: number | null | undefined;
    /** Another name for `strategy`. */
    readonly backoff?: 'constant' | 'linear' | 'exponential' | 'fibonacci' | 'polynomial' | 'decorrelated' | 'list' | null | undefined;
    /** Another name for `initial_delay`. */
    readonly base_delay?: Duration | null | undefined;
    /** What the retries of all calls together may come to; false for no limit. Default: on, with its defaults. */
    readonly budget?: {
      /**
       * The tokens that it starts with and the most that it holds, for kind tokens. Default: 500, or what all retries
       * of one call cost if that is more and no budget is given.
       */
      readonly capacity?: number | null | undefined;
      /**
       * tokens: retries cost tokens that successes earn back. ratio: retries are a share of the calls. Default:
       * tokens.
       */
      readonly kind?: 'tokens' | 'ratio' | null | undefined;
      /** A reserve of so many retries times ttl, however few calls there are, for kind ratio. Default: 10. */
      readonly min_retries_per_second?: number | null | undefined;
      /** Policies that name the same budget share it. Default: a budget of this policy's own. */
      readonly name?: string | null | undefined;
      /** How many retries each call pays for, for kind ratio; 0.2 is one in five. Default: 0.2. */
      readonly ratio?: number | null | undefined;
      /**
       * What a retry costs, and what a call that succeeded after retries earns back, for kind tokens. Default: 5.
       */
      readonly retry_cost?: number | null | undefined;
      /** What a call that succeeded at its first attempt earns, for kind tokens. Default: 1. */
      readonly success_refund?: number | null | undefined;
      /** How long calls and retries count, to a tenth of it, for kind ratio. Default: 10 seconds. */
      readonly ttl?: Duration | null | undefined;
    } | false | null | undefined;
    /** No wait is begun that would end later than this after the beginning of the call. Default: none. */
    readonly deadline?: Duration | null | undefined;
    /**
     * The delays one after the other, for strategy list; the last one repeats. Unless a number of attempts is given,
     * there is one attempt more than delays. Default: none.
     */
    readonly delays?: readonly Duration[] | null | undefined;
    /** Whether to retry at all. Default: true. */
    readonly enabled?: boolean | null | undefined;
    /** After so many identical failures in a row the delays double, whatever the strategy. Default: never. */
    readonly escalate_after?: number | null | undefined;
    /** The factor from one delay to the next, for strategy exponential. Default: 2. */
    readonly exponential_base?: number | null | undefined;
    /**
     * Whether repeating the call is safe. If false, it is repeated only where the request surely never left or was
     * turned away (429, or 503 with Retry-After). Default: true.
     */
    readonly idempotent?: boolean | null | undefined;
    /** The delay before the first retry, before jitter. Default: 1 second. */
    readonly initial_delay?: Duration | null | undefined;
    /** Another name for `initial_delay`. */
    readonly initial_wait?: Duration | null | undefined;
    /** Another name for `initial_delay`. */
    readonly initial_wait_ms?: Duration | null | undefined;
    /**
     * How a delay d is spread, never above max_delay: none; proportional, from d/2 to 3d/2; additive, from d to 3d/2;
     * full, from 0 to d; equal, from d/2 to d. true is proportional, false is none. Default: proportional.
     */
    readonly jitter?: 'none' | 'proportional' | 'additive' | 'full' | 'equal' | boolean | null | undefined;
    /** How often the function is called at most, the first time included. Default: 4. */
    readonly max_attempts?: number | null | undefined;
    /** No delay is longer, jitter included. Default: 60 seconds, or the longest of a list if that is longer. */
    readonly max_delay?: Duration | null | undefined;
    /** Another name for `deadline`. */
    readonly max_elapsed?: Duration | null | undefined;
    /** How often the function is called again at most: one less than max_attempts. Default: 3. */
    readonly max_retries?: number | null | undefined;
    /** Another name for `max_delay`. */
    readonly max_wait?: Duration | null | undefined;
    /** Another name for `max_delay`. */
    readonly max_wait_ms?: Duration | null | undefined;
    /** Another name for `exponential_base`. */
    readonly multiplier?: number | null | undefined;
    /** The power of the retry's number, for strategy polynomial. Default: 2. */
    readonly polynomial_degree?: number | null | undefined;
    /** Whether a server's hint, such as Retry-After, replaces the computed delay. Default: true. */
    readonly respect_retry_after?: boolean | null | undefined;
    /** Another name for `max_retries`. */
    readonly retries?: number | null | undefined;
    /** What to do with a hint above max_delay: give_up, clamp it, or ignore it. Default: give_up. */
    readonly retry_after_over_cap?: 'give_up' | 'clamp' | 'ignore' | null | undefined;
    /** Another name for `initial_delay`. */
    readonly retry_backoff?: Duration | null | undefined;
    /** Another name for `retryable_exceptions`. */
    readonly retry_on?: string | number | readonly (string | number)[] | null | undefined;
    /** Whether to wait for an open breaker instead of giving up at once. Default: false. */
    readonly retry_open_circuit?: boolean | null | undefined;
    /**
     * Names of error types; only these and their subtypes are retried, whatever they are. Default: the verdict of the
     * classifier decides.
     */
    readonly retryable_exceptions?: string | number | readonly (string | number)[] | null | undefined;
    /** How delays grow from retry to retry. Default: exponential; list if delays are given. */
    readonly strategy?: 'constant' | 'linear' | 'exponential' | 'fibonacci' | 'polynomial' | 'decorrelated' | 'list' | null | undefined;
    /** Another name for `deadline`. */
    readonly total_timeout?: Duration | null | undefined;
  } | null | undefined;
  /**
   * Whether to spare a dependency a share of what it would refuse anyway. Default: no; an empty section means its
   * defaults.
   */
  readonly throttle?: {
    /** At most so many times what the dependency accepted lately go out; to a thousandth. Default: 2. */
    readonly k?: number | null | undefined;
    /**
     * No larger a share of the calls is rejected, so that some find out whether the dependency is back. Default: 0.9.
     */
    readonly max_reject_rate?: number | null | undefined;
    /** With fewer calls in the window nothing is rejected. Default: 10. */
    readonly minimum_calls?: number | null | undefined;
    /** What happened within this long counts as lately, to a thirtieth of it. Default: 2 minutes. */
    readonly window?: Duration | null | undefined;
  } | null | undefined;
  /** A limit for each attempt. Default: none. */
  readonly timeout?: {
    /** The limit of the first attempt. No default. */
    readonly attempt?: Duration | null | undefined;
    /** The factor from one attempt's limit to the next. Default: 1. */
    readonly growth?: number | null | undefined;
    /** The limit never grows beyond this. Default: 1024 times the first. */
    readonly max?: Duration | null | undefined;
    /** Another name for `attempt`. */
    readonly per_attempt?: Duration | null | undefined;
    /**
     * How the limit is kept for functions that block: refuse to guard them, or run each attempt in a thread and
     * abandon a late one. Default: refuse.
     */
    readonly sync?: 'refuse' | 'thread' | null | undefined;
    /** Another name for `attempt`. */
    readonly timeout_seconds?: Duration | null | undefined;
  } | null | undefined;
}

/** When and how far a program degrades, and what that means for its parameters. `null` is the same as absent. */
export type DegradationSettings = NonNullable<{
  /** The least time from one change to the next that metrics bring about. Default: 30 seconds. */
  readonly dwell?: Duration | null | undefined;
  /**
   * The levels, the best first: names, or objects with a name, percentage and quality. Default: full, high, medium,
   * low and minimal, of 100, 80, 60, 40 and 20 %.
   */
  readonly levels?: readonly (string | {
    /** What the level is called. No default. */
    readonly name?: string | null | undefined;
    /** How much of the service it stands for, for people. Default: an even share of 100. */
    readonly percentage?: number | null | undefined;
    /** What quality is multiplied with at this level. Default: its percentage as a fraction. */
    readonly quality?: number | null | undefined;
    /** Another name for `quality`. */
    readonly quality_multiplier?: number | null | undefined;
  })[] | null | undefined;
  /**
   * What each level makes of the parameter of this name, by one rule: scale, cap, ladder or enable. Default: quality,
   * resolution, steps, model and features as in document 004, or with levels of your own quality alone; none but
   * those given.
   */
  readonly parameters?: { readonly [name: string]: {
    /** The best value of the ladder that each level allows. Default: none. */
    readonly at_most?: { readonly [name: string]: string | number | null } | null | undefined;
    /** What a number is at most at each level. Default: none. */
    readonly cap?: { readonly [name: string]: number | null } | null | undefined;
    /** How many rungs of the ladder each level goes down. Default: none. */
    readonly down?: { readonly [name: string]: number | null } | null | undefined;
    /**
     * The features of each level, all for every one; a level has those of the levels below it, too. Default: none.
     */
    readonly enable?: { readonly [name: string]: string | number | readonly (string | number)[] | null } | null | undefined;
    /** Another name for `enable`. */
    readonly features_enabled?: { readonly [name: string]: string | number | readonly (string | number)[] | null } | null | undefined;
    /**
     * Whether the whole number 1 is the fraction 1.0, which JavaScript writes the same. Default: true where scale is
     * quality.
     */
    readonly fraction?: boolean | null | undefined;
    /** The values of the parameter, the best first. With it goes one of at_most, down and scale. Default: none. */
    readonly ladder?: readonly (string | number)[] | null | undefined;
    /**
     * What a number is multiplied with at each level, or a rung of the ladder: a factor for each, or quality for the
     * level's own. Whole numbers are rounded down. Default: none.
     */
    readonly scale?: 'quality' | { readonly [name: string]: number | null } | null | undefined;
  } | null } | null | undefined;
  /** Another name for `parameters`. */
  readonly rules?: { readonly [name: string]: {
    /** The best value of the ladder that each level allows. Default: none. */
    readonly at_most?: { readonly [name: string]: string | number | null } | null | undefined;
    /** What a number is at most at each level. Default: none. */
    readonly cap?: { readonly [name: string]: number | null } | null | undefined;
    /** How many rungs of the ladder each level goes down. Default: none. */
    readonly down?: { readonly [name: string]: number | null } | null | undefined;
    /**
     * The features of each level, all for every one; a level has those of the levels below it, too. Default: none.
     */
    readonly enable?: { readonly [name: string]: string | number | readonly (string | number)[] | null } | null | undefined;
    /** Another name for `enable`. */
    readonly features_enabled?: { readonly [name: string]: string | number | readonly (string | number)[] | null } | null | undefined;
    /**
     * Whether the whole number 1 is the fraction 1.0, which JavaScript writes the same. Default: true where scale is
     * quality.
     */
    readonly fraction?: boolean | null | undefined;
    /** The values of the parameter, the best first. With it goes one of at_most, down and scale. Default: none. */
    readonly ladder?: readonly (string | number)[] | null | undefined;
    /**
     * What a number is multiplied with at each level, or a rung of the ladder: a factor for each, or quality for the
     * level's own. Whole numbers are rounded down. Default: none.
     */
    readonly scale?: 'quality' | { readonly [name: string]: number | null } | null | undefined;
  } | null } | null | undefined;
  /** After so long without a reading a metric no longer counts. Default: 2 minutes. */
  readonly stale_after?: Duration | null | undefined;
  /** So many changes are remembered with their causes. Default: 32. */
  readonly trace?: number | null | undefined;
  /**
   * The metrics that move the level, by name: from which value on it falls, or an object with enter and leave.
   * memory, cpu and latency are memory_usage, cpu_usage and response_time. Default: error_rate 0.1, memory_usage 0.9,
   * cpu_usage 0.95, response_time 30; none but those given.
   */
  readonly triggers?: { readonly [name: string]: number | {
    /** From this value on the level falls by one. No default. */
    readonly enter?: number | null | undefined;
    /** Down to this value, which is below enter, the level does not rise. Default: a fifth below enter. */
    readonly leave?: number | null | undefined;
  } | null } | null | undefined;
} | null>;
