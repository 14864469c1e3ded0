// What must not compile: each comment expects the error of the next line.
import { CircuitBreaker, type Duration, Policy, withRetry } from 'failsoft';

// @ts-expect-error a text without a unit is no duration
const bare: Duration = '250';
// @ts-expect-error a unit that does not exist
const weeks: Duration = '2w';
// @ts-expect-error an unknown section
Policy.from({ tiemout: { attempt: 1 } });
// @ts-expect-error an unknown setting
Policy.from({ retry: { max_atempts: 3 } });
// @ts-expect-error a word that is not among those allowed
Policy.from({ retry: { jitter: 'ful' } });
// @ts-expect-error a section that JavaScript's hosts can't keep
Policy.from({ hedge: {} });
// @ts-expect-error a text where a number belongs
withRetry(() => 1, { max_attempts: '3' });
// @ts-expect-error a whole policy where the retry section belongs
withRetry(() => 1, { retry: { max_attempts: 3 } });
// @ts-expect-error an unknown setting of a breaker
new CircuitBreaker('prices', { failure_treshold: 3 });
// @ts-expect-error the argument is a text
withRetry((id: string) => id)(3);
// @ts-expect-error the result is a promise
const result: number = Policy.from({}).run(() => 1);
// @ts-expect-error policies are made by from
new Policy();
// @ts-expect-error states are read
new CircuitBreaker().state = 'open';

export { bare, result, weeks };
