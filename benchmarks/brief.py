"""
The whole set of a briefing, of the demo city and of a city of 20 districts and 5,000 gaps: seconds and peak memory.

Run ``python -m benchmarks.brief [demo] [large]``. The assessment is made before and not counted. Beside the seconds on
the clock stand those of the processor: on a busy machine only these say something.
"""

import itertools
import os
import resource
import sys
import tempfile
from datetime import UTC, datetime
from time import perf_counter, process_time

from benchmarks.pictures import large_city
from briefing.brief import KINDS, write_set
from briefing.facts import take
from data.city import City
from data.demo import demo_city
from metrics.assessment import assess
from metrics.rulebook import load_rulebook

_AT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
_KB_PER_MB = 1024


def measure(name: str, city: City) -> None:
    """Write the whole set once and tell what each part of it took."""
    assessment = assess(city, load_rulebook("zhoushan-2017"), "inspection")
    print(f"{name}: {len(assessment.gaps)} gaps, {len(assessment.traces)} traces")
    laps = [_lap("facts")]
    with tempfile.TemporaryDirectory() as folder:
        briefing = take(city, assessment, at=_AT)
        write_set(
            city,
            assessment,
            briefing,
            KINDS,
            folder,
            tell=lambda said: laps.append(_lap(said)),
        )
    laps.append(_lap(""))
    for (said, clock, worked, _), (_, next_clock, next_worked, peak) in itertools.pairwise(laps):
        spent = f"{next_clock - clock:6.2f} s  {next_worked - worked:6.2f} s of the processor"
        print(f"  {spent}  peak {peak:5.0f} MB  {said}")
    print(f"  {laps[-1][1] - laps[0][1]:6.2f} s  {laps[-1][2] - laps[0][2]:6.2f} s of the processor  in all")
    print(f"  peak memory: {laps[0][3]:.0f} MB with the assessment alone, {laps[-1][3]:.0f} MB in all")
    print(f"  load of the machine: {os.getloadavg()[0]:.1f}")


def _lap(said: str) -> tuple[str, float, float, float]:
    """What begins now: its name, seconds on the clock and of the processor, and the peak of memory so far, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB_PER_MB
    return said, perf_counter(), process_time(), peak


def main() -> None:
    """Measure what the command line names; all when it names nothing."""
    makers = {"demo": demo_city, "large": large_city}
    for name in sys.argv[1:] or makers:
        measure(name, makers[name]())


if __name__ == "__main__":
    main()
