"""
One linear or integer program solved by HiGHS, watched by a clock, its answer taken only with its status.

HiGHS runs in a thread of its own while this one watches the clock: it is asked to end when time is over or the solve
was called off, and left behind when it does not within a moment; what it had found by then is kept. One thread
setting holds in the whole process: each solve uses one.
"""

from dataclasses import dataclass
from threading import Thread

import highspy
import numpy as np
from scipy.sparse import csr_array

from optimum.clock import Clock

_WATCH_S = 0.02
_PATIENCE_S = 0.3
_INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Program:
    """Minimise cost · x with lower ≤ x ≤ upper and row_lower ≤ matrix · x ≤ row_upper; float64 arrays."""

    cost: np.ndarray
    upper: np.ndarray
    matrix: csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    whole: np.ndarray | None = None  # bool per column: whole numbers only; None: a linear program


@dataclass(frozen=True)
class Outcome:
    """
    What HiGHS says: ``status`` is optimal, infeasible, limit (ended early) or failed (no answer it stands for).

    ``x`` is the solution or the best found, None without one; ``bound`` is never above the optimum, -inf unknown;
    ``row_duals`` and ``reduced_costs`` of a linear program solved to the end.
    """

    status: str
    x: np.ndarray | None
    value: float
    bound: float
    row_duals: np.ndarray | None = None
    reduced_costs: np.ndarray | None = None


def at_most(rows: int) -> np.ndarray:
    """No upper limit, for so many rows."""
    return np.full(rows, _INFINITY)


def at_least(rows: int) -> np.ndarray:
    """No lower limit, for so many rows."""
    return np.full(rows, -_INFINITY)


def solve(program: Program, clock: Clock, *, start: np.ndarray | None = None, abs_gap: float = 0.0) -> Outcome:
    """
    Solve to the end, or until the clock is over.

    Parameters
    ----------
    start
        A feasible solution to begin with; only used for integer programs.
    abs_gap
        An integer program ends when no solution is better by more than this.
    """
    if clock.over():
        return Outcome("limit", None, np.inf, -np.inf)
    solver = _solver_of(program, clock, abs_gap)
    if solver is None:
        return Outcome("failed", None, np.inf, -np.inf)
    if start is not None and program.whole is not None:
        solution = highspy.HighsSolution()
        solution.col_value = np.asarray(start, dtype=np.float64)
        solution.value_valid = True
        solver.setSolution(solution)
    best = _Best()
    _listen(solver, best, clock, program.whole is not None)
    thread = Thread(target=solver.run, daemon=True)
    thread.start()
    waited = 0.0
    while thread.is_alive() and waited < _PATIENCE_S:
        thread.join(_WATCH_S)
        if best.end or clock.over():
            best.end = True
            waited += _WATCH_S
    if thread.is_alive():
        return Outcome("limit", best.x, best.value, best.bound)
    return _outcome(solver, program, best)


class _Best:
    """What HiGHS has told so far, and whether it shall end."""

    def __init__(self) -> None:
        self.x: np.ndarray | None = None
        self.value = np.inf
        self.bound = -np.inf
        self.end = False


def _solver_of(program: Program, clock: Clock, abs_gap: float) -> highspy.Highs | None:
    """HiGHS with the program inside; None when it does not take it."""
    matrix = program.matrix
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = program.cost.astype(np.float64)
    lp.col_lower_ = np.zeros(matrix.shape[1])
    lp.col_upper_ = program.upper.astype(np.float64)
    lp.row_lower_ = program.row_lower.astype(np.float64)
    lp.row_upper_ = program.row_upper.astype(np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    if program.whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": abs_gap}
    if np.isfinite(clock.left_s):
        options["time_limit"] = clock.left_s
    for name, value in options.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            return None
    return solver if solver.passModel(lp) != highspy.HighsStatus.kError else None


def _listen(solver: highspy.Highs, best: _Best, clock: Clock, whole: bool) -> None:
    """Ask to end when told to, and keep what is found on the way."""

    def end(event: highspy.HighsCallbackEvent) -> None:
        if best.end:
            event.interrupt()

    def end_mip(event: highspy.HighsCallbackEvent) -> None:
        best.bound = max(best.bound, event.data_out.mip_dual_bound)
        end(event)

    def found(event: highspy.HighsCallbackEvent) -> None:
        best.value = event.data_out.objective_function_value
        best.x = np.array(event.data_out.mip_solution)

    if whole:
        solver.cbMipInterrupt += end_mip
        solver.cbMipImprovingSolution += found
    else:
        solver.cbSimplexInterrupt += end


def _outcome(solver: highspy.Highs, program: Program, best: _Best) -> Outcome:
    """The answer with its status; nothing is taken from a solver that does not stand for it."""
    status = solver.getModelStatus()
    info = solver.getInfo()
    kinds = highspy.HighsModelStatus
    if status == kinds.kInfeasible:
        return Outcome("infeasible", None, np.inf, np.inf)
    solution = solver.getSolution()
    has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.array(solution.col_value) if has_solution and len(solution.col_value) else best.x
    value = info.objective_function_value if has_solution else best.value
    if status in (kinds.kOptimal, kinds.kModelEmpty) and x is not None:
        if program.whole is not None:
            return Outcome("optimal", x, value, info.mip_dual_bound)
        return Outcome("optimal", x, value, value, np.array(solution.row_dual), np.array(solution.col_dual))
    ended = (kinds.kTimeLimit, kinds.kInterrupt, kinds.kSolutionLimit, kinds.kIterationLimit)
    if program.whole is None:
        x, value = None, np.inf
    bound = info.mip_dual_bound if program.whole is not None and info.valid else best.bound
    return Outcome("limit" if status in ended else "failed", x, value, bound if bound < _INFINITY else -np.inf)
