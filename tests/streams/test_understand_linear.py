"""The models give one answer for one set of features, in whatever order a process happens to hold it."""

import itertools

from streams.understand.linear import BIAS, Linear, Logistic
from streams.understand.look import FirstLook
from streams.understand.look import keys as keys_of_look
from streams.understand.tokens import Sentence

WEIGHTS = {"a": 0.1, "b": 0.2, "c": 0.3, "d": -0.6, "e": 1e-17}
"""Added one after another, these give sums that differ in their last digits."""


def test_the_weights_differ_when_they_are_added_one_after_another():
    assert len({sum(order) for order in itertools.permutations(WEIGHTS.values())}) > 1


def test_a_chance_does_not_depend_on_the_order_of_the_features():
    logistic = Logistic({BIAS: 0.7, **WEIGHTS})
    assert len({logistic.probability(order) for order in itertools.permutations(WEIGHTS)}) == 1


def test_nor_do_those_of_several_classes():
    rows = {feature: (weight, -weight) for feature, weight in WEIGHTS.items()}
    linear = Linear(("yes", "no"), {BIAS: (0.7, 0.1), **rows})
    assert len({tuple(linear.probabilities(order).items()) for order in itertools.permutations(WEIGHTS)}) == 1


def test_nor_does_the_first_look(monkeypatch):
    sentence = Sentence("title", 0, "Brightmere raises $5m", 0, 21)
    found = list(keys_of_look(sentence.quote, sentence.place))[: len(WEIGHTS)]
    table = dict(zip(found, WEIGHTS.values(), strict=True))
    look = FirstLook({"funding": Logistic({BIAS: 0.7, **table})})
    chances = set()
    for order in itertools.permutations(found):
        monkeypatch.setattr("streams.understand.look.keys", lambda *_, order=order: order)
        chances.add(look.categories(sentence)["funding"])
    assert len(chances) == 1
