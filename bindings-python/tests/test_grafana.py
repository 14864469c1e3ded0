"""The dashboard asks for nothing that is not exported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import promql_parser
import pytest
from prometheus_client import CollectorRegistry

from failsoft import CircuitBreaker, Policy, System
from failsoft.integrations import prometheus

DASHBOARD = json.loads(
    (Path(__file__).parents[2] / "docs" / "grafana" / "failsoft.json").read_text(encoding="utf-8")
)
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
VARIABLES = DASHBOARD["templating"]["list"]
QUERIES = {
    **{
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in PANELS
        for target in panel["targets"]
    },
    **{note["name"]: note["expr"] for note in DASHBOARD["annotations"]["list"]},
}


@pytest.fixture
def exported():
    """The labels of every sample that is really exported, by its name."""
    registry = CollectorRegistry()
    system = System()
    breaker = CircuitBreaker("prices")
    take_back = prometheus.instrument(registry, agent="ReviewerGPT", system=system)
    policy = Policy(
        name="prices", retry={"max_attempts": 2, "initial_delay": 0}, circuit_breaker=breaker, fallback=dict
    )
    lines = iter([ConnectionError(), None, ConnectionError(), ConnectionError()])
    policy.call(lambda: fail(next(lines)))
    policy.call(lambda: fail(next(lines)))
    breaker.force_open()
    policy.call(len, "")
    with pytest.raises(ValueError):
        system.execute_with_resilience(int, "x", circuit_breaker_name="stock")
    found = {}
    for family in registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, {}).setdefault("values", []).append(sample.labels)
    take_back()
    return {name: told["values"] for name, told in found.items()}


def fail(error):
    if error is not None:
        raise error


class TestQueries:
    def test_l13_there_are_panels_for_what_operators_ask(self):
        titles = {panel["title"] for panel in PANELS}
        asked = {"Calls", "Error rate", "Retries", "Latency", "States", "Degradation level", "Agents"}
        assert asked <= titles

    @pytest.mark.parametrize("title", QUERIES)
    def test_a_query_asks_for_what_is_exported(self, title, exported):
        for selector in selectors(QUERIES[title]):
            assert selector.name in exported, title
            known = {label for labels in exported[selector.name] for label in labels}
            for matcher in selector.matchers.matchers:
                assert matcher.name in known, title

    @pytest.mark.parametrize("title", QUERIES)
    def test_it_groups_by_labels_that_are_exported(self, title, exported):
        known = {label for name in names(title) for labels in exported[name] for label in labels}
        assert groups(QUERIES[title]) <= known

    @pytest.mark.parametrize("title", QUERIES)
    def test_the_values_that_it_looks_for_can_be_there(self, title):
        values = {
            "outcome": {"success", "fallback", "failure", "refused", "cancelled"},
            "state": {"closed", "open", "half_open", "forced_open", "forced_closed"},
        }
        for selector in selectors(QUERIES[title]):
            for matcher in selector.matchers.matchers:
                if matcher.name in values:
                    assert set(matcher.value.split("|")) <= values[matcher.name]

    @pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
    def test_a_legend_shows_labels_that_are_left(self, panel, exported):
        for target in panel["targets"]:
            title = f"{panel['title']} {target['refId']}"
            left = groups(target["expr"]) or {
                label for name in names(title) for labels in exported[name] for label in labels
            }
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= left

    def test_variables_are_filled_from_what_is_exported(self, exported):
        queries = [variable["query"]["query"] for variable in VARIABLES if variable["type"] == "query"]
        found = [re.fullmatch(r"label_values\((.+), (\w+)\)", query).groups() for query in queries]
        for selector, label in found:
            pattern = re.sub(r'^{__name__=~"(.+)"}$', r"\1", selector)
            matching = [
                labels for name in exported if re.fullmatch(pattern, name) for labels in exported[name]
            ]
            assert matching
            assert all(label in labels for labels in matching)
        assert [label for _, label in found] == ["policy", "agent", "system"]

    def test_every_variable_that_a_query_uses_is_there(self):
        used = set(re.findall(r"\$(\w+)", " ".join(QUERIES.values()))) - {"__rate_interval"}
        assert used == {variable["name"] for variable in VARIABLES} - {"datasource"}


class TestLayout:
    def test_panels_do_not_overlap(self):
        taken = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            assert max(x for x, _ in cells) < 24
            taken |= cells

    def test_every_panel_has_its_own_id_and_a_description(self):
        assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
        assert [panel["title"] for panel in PANELS if not panel["description"]] == []


def parsed(query):
    plain = query.replace("$__rate_interval", "5m")
    return promql_parser.parse(re.sub(r"\$\w+", ".*", plain))


def selectors(query):
    """The selectors of metrics in a query."""
    found = []

    def visit(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        elif isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        for child in children(node):
            visit(child)

    visit(parsed(query))
    assert found
    return found


def groups(query):
    """The labels by which a query groups."""
    found = set()

    def visit(node):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            found.update(node.modifier.labels)
        for child in children(node):
            visit(child)

    visit(parsed(query))
    return found


def children(node):
    for name in ("lhs", "rhs", "expr", "param"):
        child = getattr(node, name, None)
        if child is not None:
            yield child
    yield from getattr(node, "args", [])


def names(title):
    return {selector.name for selector in selectors(QUERIES[title])}
