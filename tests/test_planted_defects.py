"""The suite catches what it should: defects planted in a copy of the engines turn it red."""

import pytest

from tests.defects import DEFECTS, Defect
from tests.planted import caught, copied, plant, run

PROOFS = ("test_validation_oracle", "test_validation_known_answers")
"""What catches defects without knowing how the engines are written."""
AGREEMENT = "test_engines_agree"
"""What catches defects of the compiled engine; it compares two of them, so it knows no more."""
FILES = tuple(
    sorted(
        {name.split("::")[0] for defect in DEFECTS for name in defect.tests} - {*PROOFS, AGREEMENT}
    )
)

planted = pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)


@planted
def test_the_suite_catches(defect, tmp_path):
    copy = copied(tmp_path)
    code, said = run(copy, defect.tests, compiled=plant(copy, defect))
    assert caught(code, said), f"{defect.name} passes {defect.tests}:\n{said[-4000:]}"


def test_a_copy_without_a_defect_is_green(tmp_path):
    """So it is the defect that turns the copy red, and not the copying."""
    code, said = run(copied(tmp_path), FILES, compiled=False)
    assert code == 0, said[-4000:]


@pytest.mark.long
def test_nor_do_the_proofs_fail_without_a_defect(tmp_path):
    code, said = run(copied(tmp_path), PROOFS, compiled=False)
    assert code == 0, said[-4000:]


@pytest.mark.long
@planted
def test_the_whole_suite_catches(defect, tmp_path):
    """Whichever file it is: all laws, scenes, known answers and the oracle, until one fails."""
    copy = copied(tmp_path)
    compiled = plant(copy, defect)
    code, said = run(copy, (*FILES, *PROOFS, AGREEMENT), compiled=compiled)
    assert caught(code, said), f"{defect.name} passes:\n{said[-4000:]}"


def test_an_edit_whose_text_is_gone_is_noticed(tmp_path):
    gone = Defect("gone", "rules.py", "no such text", "other text", ())
    with pytest.raises(AssertionError, match="holds 0 of them"):
        plant(copied(tmp_path), gone)


def test_each_defect_is_one_of_its_own():
    assert len({(defect.file, defect.old, defect.new) for defect in DEFECTS}) == len(DEFECTS)
    assert len(DEFECTS) >= 15


def test_only_a_failed_assertion_counts():
    assert caught(1, "E   AssertionError: 1 == 2")
    assert caught(1, "E       assert 1 == 2")
    assert not caught(1, "E   NameError: name 'lvel' is not defined")
    assert not caught(2, "E   AssertionError in a file that can't be collected")
    assert not caught(0, "")
