import json

from lstmkit import doctor


def test_doctor_finds_the_installation_and_passes_its_own_test(cli):
    done = cli("doctor", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["self_test"]["passed"]
    assert found["self_test"]["loss_after"] < found["self_test"]["loss_before"] / 2
    assert found["packages"]["keras"][0].isdigit()
    assert set(found["optional"]) == {"onnx", "yahoo"}


def test_doctor_ends_with_1_when_the_numbers_disagree(cli, monkeypatch):
    failed = {"passed": False, "seconds": 0.1, "difference": 0.5}
    monkeypatch.setattr(doctor, "self_test", lambda: failed)
    done = cli("doctor")
    assert done.code == 1
    assert "the self-test failed" in done.err
    assert "self_test.difference" in done.out
