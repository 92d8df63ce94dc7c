"""Labels never cover one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.labels import Box, around, flag_rows, inside, overlap, place, tells

FRAME = Box(0, 0, 400, 300)
ANYWHERE = st.tuples(st.floats(0, 400), st.floats(0, 300))


@given(st.lists(ANYWHERE, min_size=1, max_size=12), st.floats(15, 90))
def test_labels_keep_apart_and_within_the_frame(points, width):
    boxes = place(points, [(width, 14.0)] * len(points), FRAME)
    for i, box in enumerate(boxes):
        assert inside(box, FRAME)
        assert not any(overlap(box, other) for other in boxes[:i])


def test_points_on_one_spot_get_labels_apart():
    points = [(200.0, 150.0)] * 12
    boxes = place(points, [(60.0, 14.0)] * 12, FRAME)
    assert not any(overlap(one, other) for one in boxes for other in boxes if one is not other)


def test_labels_keep_off_the_markers():
    points = [(100.0 + 9 * i, 150.0) for i in range(9)]
    markers = [around(x, y, 11, 11) for x, y in points]
    boxes = place(points, [(30.0, 12.0)] * 9, FRAME, markers)
    assert not any(overlap(box, marker) for box in boxes for marker in markers)


def test_a_lone_label_stands_next_to_its_point():
    (box,) = place([(200.0, 150.0)], [(30.0, 12.0)], FRAME)
    assert tells(box, (200.0, 150.0), [(200.0, 150.0)], clear=11)


def test_a_label_nearer_to_another_point_does_not_tell():
    box = Box(10, 10, 40, 22)
    assert not tells(box, (0.0, 10.0), [(0.0, 10.0), (41.0, 15.0)], clear=11)


FLAGS = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 60)), max_size=12).map(sorted)


@given(FLAGS)
def test_flags_cover_neither_each_other_nor_a_pole(flags):
    starts, widths = [flag[0] for flag in flags], [flag[1] for flag in flags]
    rows = flag_rows(starts, widths, gap=2)
    for i, start in enumerate(starts):
        for j in range(i + 1, len(starts)):
            if starts[j] < start + widths[i]:  # text i reaches over where j stands
                assert rows[i] > rows[j]


def test_flags_out_of_order_are_refused():
    with pytest.raises(ValueError, match="left to right"):
        flag_rows([2.0, 1.0], [1.0, 1.0], gap=0)
