"""What a policy says of itself."""

from __future__ import annotations

from failsoft import AttemptPlan, Explanation, Policy, PolicyWarning


def test_a_policy_says_what_it_does():
    policy = Policy(retry={"max_attempts": 2, "deadline": 60}, timeout={"attempt": 5})
    waits = "the waits between them are 0.5 s to 1.5 s"
    hints = "a server's hint of at most 60 s replaces one, a longer hint ends the call"
    budget = "retries cost 5 of 500 tokens, which successes earn back"
    empty = "after 100 retries without a success no more are made"
    limit = "an attempt may take 5 s"
    deadline = "no wait is begun that ends later than 60 s after the call began"
    assert policy.explain() == Explanation(
        sentences=(
            "each call is made at most 2 times",
            f"{waits}; {hints}",
            f"{budget}: {empty}",
            f"{limit}; {deadline}; a call takes at most 60 s",
        ),
        attempts=(AttemptPlan(1, 0.0, 0.0, 5.0), AttemptPlan(2, 0.5, 1.5, 5.0)),
        worst_case=60.0,
        amplification=2,
        warnings=(),
    )


def test_as_text_it_is_sentences_and_warnings():
    explanation = Policy(circuit_breaker={"recovery_timeout": 0}).explain()
    warning = PolicyWarning(
        "circuit_breaker.recovery_timeout",
        "an open breaker that recovers at once rejects nobody but those beside a probe",
    )
    assert explanation.warnings == (warning,)
    assert str(explanation).splitlines()[-1] == f"warning: {warning.path}: {warning.message}"
