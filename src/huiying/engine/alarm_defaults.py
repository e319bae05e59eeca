"""The alarm weights that a bureau begins with, before it has feedback of its own.

Fitted by `eval alarms`' own procedure to the times, voices and reposts of 404 public cascades; no text went in. What
is large there is large for a bureau too, so its own threshold follows from its budget of false alarms, not from here.
"""

from __future__ import annotations

from typing import Final

from huiying.engine.alarms import ALERT, WATCH, AlarmModel, Threshold

# fmt: off
MODEL: Final = AlarmModel(
    means=(
        -0.4495, 4.938, 2.0187, 2.7634, 3.4858, 2.2684, 1.0016, 0.2703, 0.8309, 0.0852, 0.1235,
        0.3942, -0.4587, 0.275, 0.9863, -1.5651, -0.3639, -0.6469, -0.9982, -0.0563, -0.43, 12.7946,
        16.933, 7.952, 29.9189,
    ),
    scales=(
        0.8856, 2.3527, 1.969, 2.0903, 2.1215, 1.9517, 1.264, 0.2735, 0.2762, 0.0929, 0.2582,
        0.1159, 0.5298, 0.6582, 1.0256, 4.8103, 2.3721, 2.9493, 3.5282, 0.3432, 0.7783, 18.1375,
        20.0393, 15.078, 26.9685,
    ),
    weights=(
        0.8064, 0.3207, -0.4683, -0.2885, -0.0704, -0.2887, -0.0368, 0.1108, -0.2409, 0.4973,
        -0.1975, -0.0785, -0.0887, 0.0932, 0.479, 0.2967, -0.0972, -0.0911, -0.197, -0.0445, 0.2803,
        0.1771, 0.4875, 0.0253, -0.1349,
    ),
    bias=-0.83079,
)
# fmt: on
THRESHOLDS: Final = {
    WATCH: Threshold(0.45, 0.4),
    ALERT: Threshold(0.75, 0.2),
}
