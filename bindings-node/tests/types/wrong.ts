// What must not compile: each comment expects the error of the next line.
import { CircuitBreaker, type Duration, FallbackChain, Policy, runBatch, System, withRetry, wrapFetch } from 'failsoft';

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
// @ts-expect-error no function like fetch
wrapFetch(() => 1, {});
// @ts-expect-error an unknown setting
wrapFetch(fetch, { retry: { max_atempts: 3 } });
// @ts-expect-error policies are made by from
new Policy();
// @ts-expect-error states are read
new CircuitBreaker().state = 'open';
// @ts-expect-error a step without a name
new FallbackChain().add(() => 1, { quality: 1 });
// @ts-expect-error a quality that is no number
new FallbackChain().add(() => 1, { name: 'one', quality: 'high' });
// @ts-expect-error a step that takes options where the attempt is
new FallbackChain<[string], number>().add((_id: string, _options: { deep: number }) => 1, { name: 'one' });
// @ts-expect-error a word that is not among those allowed
new FallbackChain('chain', { order: 'best' });
// @ts-expect-error an unknown section of a system
new System({ healht: {} });
// @ts-expect-error settings of degradation belong into its section
new System({ dwell: '1s' });
// @ts-expect-error an unknown setting of a batch
runBatch(() => 1, [1], { concurency: 2 });
// @ts-expect-error items have to be iterable
runBatch(() => 1, 3);

export { bare, result, weeks };
