"""Published covering problems through the same model: 16 stores and 205 tracts of San Francisco; random set cover."""

import csv

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from optimum.answer import check
from optimum.fewest import fewest
from optimum.model import Model
from optimum.most import most

FOLDER = "sf_stores"


@pytest.fixture(scope="module")
def stores(real_data):
    """Metres between every store and tract, people per tract, and the optimal values."""
    folder = real_data / FOLDER
    with open(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv", encoding="utf-8") as file:
        pairs = list(csv.DictReader(file))
    with open(folder / "SF_demand_205_centroid_uniform_weight.csv", encoding="utf-8") as file:
        people = {row["NAME"]: int(row["POP2000"]) for row in csv.DictReader(file)}
    with open(folder / "reference_values.csv", encoding="utf-8") as file:
        values = list(csv.DictReader(file))
    names = sorted({pair["name"] for pair in pairs})
    tracts = list(people)
    metres = np.full((len(tracts), len(names)), np.inf)
    for pair in pairs:
        metres[tracts.index(pair["DestinationName"]), names.index(pair["name"])] = float(pair["distance"])
    return metres, np.array(list(people.values())), values


def test_least_sites(stores):
    metres, _, values = stores
    for value in (value for value in values if value["problem"] == "least sites"):
        near = metres <= float(value["radius_m"])
        needs = np.minimum(near.sum(axis=1), int(value["p_or_k"]))
        answer = fewest(Model.of(cost=[1] * 16, rows=[np.flatnonzero(row) for row in near], needs=needs))
        assert (answer.status, answer.cost) == ("proved", int(value["value"]))


def test_maximal_covering(stores):
    metres, people, values = stores
    for value in (value for value in values if value["problem"] == "maximal covering"):
        near = (metres <= float(value["radius_m"]))[people > 0]
        model = Model.of(
            cost=[1] * 16,
            rows=[np.flatnonzero(row) for row in near],
            needs=np.ones(len(near), dtype=np.int64),
            weights=people[people > 0],
        )
        answer = most(model, budget=int(value["p_or_k"]))
        assert (answer.status, answer.weight) == ("proved", int(value["value"]))
        assert check(model, answer, budget=int(value["p_or_k"])) == []


def set_cover(seed: int, rows: int, columns: int, density: float, unit_costs: bool) -> tuple[Model, np.ndarray]:
    """Like the problems of the OR-Library: each row covered at random, at least twice; costs 1 to 100."""
    random = np.random.default_rng(seed)
    covers = random.uniform(size=(rows, columns)) < density
    for row in range(rows):
        covers[row, random.choice(columns, 2, replace=False)] = True
    cost = np.ones(columns, dtype=np.int64) if unit_costs else random.integers(1, 101, columns)
    model = Model.of(cost=cost, rows=[np.flatnonzero(row) for row in covers], needs=np.ones(rows, dtype=np.int64))
    return model, covers


@pytest.mark.parametrize(("seed", "unit_costs"), [(0, False), (1, False), (2, True)])
def test_random_set_cover(seed, unit_costs):
    rows, columns = (40, 60) if unit_costs else (80, 300)
    model, covers = set_cover(seed, rows, columns, 0.05, unit_costs)
    answer = fewest(model)
    peer = milp(
        model.cost,
        integrality=np.ones(columns),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(covers.astype(float), lb=1),
    )
    assert answer.status == "proved"
    assert answer.cost == round(peer.fun)
    assert check(model, answer) == []
