"""The command that checks the cells."""

import json


def test_check_prints_the_table_and_passes(cli):
    done = cli("cells", "check")
    assert done.code == 0
    header = done.out.splitlines()[0].split("  ")
    columns = [part.strip() for part in header if part.strip()]
    assert columns == ["cell", "parameter", "analytic", "numeric", "relative error", "pass"]
    assert "20 of 20 agree" in done.out
    assert "NO" not in done.out


def test_check_tutorial_shows_the_fault_and_is_no_failure(cli):
    done = cli("cells", "check", "--tutorial", "--json")
    assert done.code == 0
    content = json.loads(done.out)
    wrong = {c["name"]: c["relative_error"] for c in content["checks"] if not c["passed"]}
    assert set(wrong) == {"x", "a0", "c0", *(f"{k}{g}" for k in "Wb" for g in "fico")}
    assert 0.1 < max(wrong.values()) < 1


def test_check_fails_where_a_gradient_is_wrong(cli, monkeypatch):
    from lstmkit.cells import gradcheck

    monkeypatch.setattr(gradcheck, "lstm_backward", gradcheck.lstm_backward_without_carry)
    done = cli("cells", "check")
    assert done.code == 1
    assert "11 gradients are wrong" in done.err


def test_check_with_keras_compares_outputs_and_gradients(cli):
    done = cli("cells", "check", "--keras", "--json")
    content = json.loads(done.out)
    assert done.code == 0
    assert content["passed"]
    assert {c["against"] for c in content["checks"]} == {"differences", "keras"}
