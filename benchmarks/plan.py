"""
Plans proved optimal, beside HiGHS on the whole model and a greedy planner, in one run.

Run ``python -m benchmarks.plan [lone] [crossing] [budget] [curve]``. The cities are straight lines: sites at random,
candidates every 15 m, windows of 500 m that need 5, 20 m between neighbours. ``lone``: each site counts for its own
street, 5,000 km; HiGHS gets three minutes. ``crossing``: sites within 30 m of a crossing count for both streets,
1,200 km. ``budget``: 100 sites for the most metres on 300 streets, 10 seconds each. ``curve``: the most metres for
budgets up to 400 on those streets.
"""

import sys
from time import perf_counter

import numpy as np
from scipy.sparse import csr_array, vstack

from benchmarks.plan_cities import crossing_streets, lone_streets
from optimum.answer import Answer, check
from optimum.clock import Clock
from optimum.fewest import fewest
from optimum.greedy import greedy
from optimum.highs import Outcome, Program, at_least, at_most, solve
from optimum.lists import matrix_of
from optimum.model import Model
from optimum.most import curve, most
from optimum.parts import Part, part_of
from optimum.tied import goal_program

_UNLIMITED = 1 << 60


def whole_part(model: Model) -> Part:
    """The whole model as one part, nothing left out."""
    members = (np.arange(model.moves), np.arange(model.rows), np.arange(model.cliques))
    nowhere = np.full(model.rows, -1, dtype=np.int64)
    return part_of(model, model.row_need, members, nowhere, nowhere, nowhere)


def by_highs(model: Model, seconds: float) -> Outcome:
    """HiGHS on all rows and cliques as they are."""
    rows = matrix_of(model.row_offsets, model.row_moves, model.row_counts, model.moves)
    cliques = matrix_of(model.clique_offsets, model.clique_moves, None, model.moves)
    ones = np.ones(model.moves)
    program = Program(
        model.cost,
        ones,
        csr_array(vstack([rows, cliques], format="csr")),
        np.concatenate((model.row_need, at_least(model.cliques))),
        np.concatenate((at_most(model.rows), np.ones(model.cliques))),
        ones.astype(bool),
    )
    return solve(program, Clock(seconds), abs_gap=0.9)


def by_greed(model: Model, budget: int | None) -> np.ndarray:
    """What a greedy planner takes: the most lacking walks per site, or the most metres; bool per move."""
    part = whole_part(model)
    worth = np.ones(model.rows) if budget is None else part.weight[part.row_goal] / np.maximum(part.need, 1)
    room = _UNLIMITED if budget is None else budget
    return greedy(part.covers, part.packs, part.need, worth, part.cost, room, prune=budget is None)


def fewest_table(name: str, model: Model, highs_seconds: float) -> None:
    """One line: ours, HiGHS, greedy."""
    fewest(model, time_limit_s=0)
    start = perf_counter()
    answer = fewest(model)
    ours = perf_counter() - start
    faults = check(model, answer)
    start = perf_counter()
    peer = by_highs(model, highs_seconds)
    theirs = perf_counter() - start
    taken = by_greed(model, None)
    print(
        f"{name}: {model.moves:,} candidates, {model.rows:,} windows; ours {answer.cost:,} sites, {answer.status}, "
        f"{ours:.2f} s, check {faults or 'clean'}; HiGHS {peer.status} {peer.value:,.0f} (bound {peer.bound:,.0f}), "
        f"{theirs:.1f} s = {theirs / ours:.1f} ×; greedy {taken.sum():,} sites, "
        f"{100 * (taken.sum() / answer.cost - 1):.1f} % more, all closed {model.closed(taken).all()}",
        flush=True,
    )


def budget_table(model: Model, budget: int, seconds: float) -> Answer:
    """One line: ours, HiGHS, greedy, with so many sites."""
    most(model, budget=1, time_limit_s=5)
    start = perf_counter()
    answer = most(model, budget=budget, time_limit_s=seconds)
    ours = perf_counter() - start
    faults = check(model, answer, budget=budget)
    peer = solve(goal_program(whole_part(model), budget=budget), Clock(seconds), abs_gap=0.9)
    greed = int(model.goal_weight[model.closed(by_greed(model, budget))].sum())
    reached = "no answer" if peer.x is None else f"{-peer.value / 1e3:,.0f} m"
    print(
        f"budget {budget}: {model.rows:,} windows; ours {answer.weight / 1e3:,.0f} m, {answer.status}, "
        f"gap {100 * answer.gap:.4f} %, {ours:.1f} s, check {faults or 'clean'}; "
        f"HiGHS after {seconds:.0f} s {reached}, "
        f"bound {-peer.bound / 1e3:,.0f} m; "
        f"greedy {greed / 1e3:,.0f} m, {100 * (1 - greed / answer.weight):.1f} % less",
        flush=True,
    )
    return answer


def curve_table(model: Model, budgets: list[int], seconds: float) -> None:
    """The most metres for each budget, with the bound."""
    found = curve(model, np.array(budgets), time_limit_s=seconds)
    for budget, weight, bound in zip(found.budgets, found.weight, found.bound, strict=True):
        print(f"curve {budget:5}: {weight / 1e3:10,.0f} m, at most {bound / 1e3:10,.0f} m", flush=True)


def main(names: list[str]) -> None:
    """Time what is named and print a line each."""
    if "lone" in names:
        fewest_table("lone 5,000 km", lone_streets(1667), 180)
    if "crossing" in names:
        for seed in range(3):
            fewest_table(f"crossing 1,200 km, seed {seed}", crossing_streets(1200, seed=seed), 600)
    if "budget" in names:
        for seed in range(3):
            budget_table(lone_streets(300, seed=seed), 100, 10)
    if "curve" in names:
        curve_table(lone_streets(300, seed=1), [0, 25, 50, 100, 150, 200, 300, 400], 60)


if __name__ == "__main__":
    main(sys.argv[1:] or ["lone", "crossing", "budget", "curve"])
