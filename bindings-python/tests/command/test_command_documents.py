"""``failsoft check``, ``explain`` and ``classify``."""

from __future__ import annotations

import json

import failsoft


def test_check_names_everything_that_is_wrong_in_every_file(shell):
    shell.write("a.json", '{"retry": {"max_attempts": 0, "jitter": "ful"}, "nmae": "x"}')
    shell.write("b.json", '{"retry": {"deadline": 60}}')
    done = shell("check", "a.json", "b.json")
    assert done.status == 1
    assert done.out == ["b.json: ok"]
    assert sorted(line.split(": ")[1] for line in done.err) == ["nmae", "retry.jitter", "retry.max_attempts"]
    told = json.loads(shell("check", "--json", "a.json", "b.json").out[0])
    assert [(each["file"], len(each["problems"])) for each in told] == [("a.json", 3), ("b.json", 0)]
    assert set(told[0]["problems"][0]) == {"code", "path", "message"}


def test_check_warns_of_doubts_and_fails_for_them_only_when_strict(shell):
    shell.write("p.json", '{"retry": {"initial_delay": 10, "jitter": false, "deadline": 5}}')
    done = shell("check", "p.json")
    assert (done.status, done.out) == (0, ["p.json: ok"])
    assert all(line.startswith("p.json: warning: ") for line in done.err)
    assert len(done.err) > 0
    assert shell("check", "--strict", "p.json").status == 1


def test_check_reads_what_is_piped_in(shell):
    assert shell("check", "-", stdin='{"retry": {}}').out == ["-: ok"]
    assert shell("check", "nowhere.json").status == 2


def test_explain_tells_sentences_waits_and_warnings(shell):
    retry = '{"max_attempts": 3, "initial_delay": 1, "jitter": false}'
    text = f'{{"retry": {retry}, "timeout": {{"attempt": 30, "sync": "thread"}}}}'
    shell.write("p.json", text)
    done = shell("explain", "p.json")
    own = failsoft.Policy.from_json(text).explain()
    assert done.status == 0
    assert done.out[: len(own.sentences)] == list(own.sentences)
    assert done.out[len(own.sentences) + 1 :][:4] == [
        "attempt  waits before it  may take",
        "1        0s               30s",
        "2        1s               30s",
        "3        2s               30s",
    ]
    assert [line for line in done.out if line.startswith("warning: ")] == str(own).splitlines()[
        len(own.sentences) :
    ]
    assert json.loads(shell("explain", "--json", "p.json").out[0])["sentences"] == list(own.sentences)


def test_explain_refuses_what_makes_no_sense(shell):
    shell.write("p.json", '{"retry": {"max_attempts": 0}}')
    done = shell("explain", "p.json")
    assert done.status == 2
    assert done.err[0].startswith("failsoft: p.json: retry.max_attempts: ")


def test_classify_tells_the_verdict_and_the_rule_that_decided(shell):
    done = shell("classify", "--status", "503", "--header", "retry-after=2")
    assert done.out == [
        "server: transient, worth a retry",
        "the server asks to wait 2s",
        "decided by http.status.503",
    ]
    assert shell("classify", "--message", "invalid api key").out[0] == "auth: permanent, not worth a retry"
    assert shell("classify", "--type", "httpx.ConnectTimeout", "--json").told[0]["category"] == "timeout"


def test_classify_reads_a_fault_document_from_a_file_or_a_pipe(shell):
    fault = {"host": "python", "type": "FooError", "code": "insufficient_quota", "status": 429}
    told = json.loads(json.dumps(failsoft.classify_fault(fault).__dict__))
    shell.write("fault.json", json.dumps(fault))
    assert shell("classify", "--json", "fault.json").told == [told]
    assert shell("classify", "--json", "-", stdin=json.dumps(fault)).told == [told]


def test_classify_goes_by_a_policy_s_own_rules(shell):
    policy = shell.policy(classify={"rules": [{"match": {"type": "FooError"}, "then": "transient"}]})
    told = shell("classify", "--type", "FooError", "--policy", policy, "--json").told[0]
    assert (told["retryable"], told["rule"]) == (True, "rules[0]")


def test_classify_refuses_what_is_no_fault(shell):
    assert shell("classify").status == 2
    assert shell("classify", "x.json", "--status", "500").status == 2
    assert shell("classify", "-", stdin='{"statsu": 1}').err == [
        line
        for line in shell("classify", "-", stdin='{"statsu": 1}').err
        if line.startswith("failsoft: -: statsu")
    ]
    assert shell("classify", "-", stdin='{"statsu": 1}').status == 2
