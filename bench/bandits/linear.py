"""mabwiser and contextualbandits: a model of its own for every action, on the customer's numbers. Attributes of actions are not used, for
these libraries have no place for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32, F64, Ints = NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]


class Mabwiser:
    """`policy` is LinUCB or LinTS."""

    def __init__(self, features: F32, dim: int, seed: int, policy: str = "LinUCB", alpha: float = 1.0) -> None:
        from mabwiser.mab import MAB, LearningPolicy

        self.bandit: Any = MAB(list(range(len(features))), getattr(LearningPolicy, policy)(alpha=alpha), seed=seed)
        self.count, self.dim = len(features), dim
        first = np.arange(self.count)  # it must be fitted once before it can choose: a zero for everything
        self.bandit.fit(decisions=first, rewards=np.zeros(self.count), contexts=np.zeros((self.count, dim)))

    def grow(self, features: F32) -> None:
        """New arms."""
        for arm in range(self.count, self.count + len(features)):
            self.bandit.add_arm(arm)
        self.count += len(features)

    def choose(self, contexts: F32) -> Ints:
        """The arm it predicts."""
        return np.atleast_1d(np.array(self.bandit.predict(contexts.astype(np.float64))))

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """A partial fit."""
        self.bandit.partial_fit(decisions=actions, rewards=rewards, contexts=contexts.astype(np.float64))


class ContextualBandits:
    """`method` is LinUCB, BootstrappedUCB or BootstrappedTS; the last two with `samples` logistic regressions an action."""

    def __init__(self, features: F32, dim: int, seed: int, method: str = "LinUCB", samples: int = 5, alpha: float = 1.0) -> None:
        from contextualbandits import online
        from sklearn.linear_model import SGDClassifier

        count = len(features)
        if method == "LinUCB":
            self.bandit: Any = online.LinUCB(count, alpha=alpha, random_state=seed + 1)
        else:
            base = SGDClassifier(loss="log_loss", random_state=seed, alpha=0.001)
            self.bandit = getattr(online, method)(base, count, nsamples=samples, batch_train=True, random_state=seed + 1)
        self.generator, self.count, self.taught = np.random.default_rng(seed), count, False

    def grow(self, features: F32) -> None:
        """New arms, one by one."""
        for _ in features:
            self.bandit.add_arm()
        self.count += len(features)

    def choose(self, contexts: F32) -> Ints:
        """The arm it predicts; by chance before it has learned anything."""
        if not self.taught:
            return self.generator.integers(self.count, size=len(contexts))
        return np.asarray(self.bandit.predict(contexts.astype(np.float64))).astype(np.int64).ravel()

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """A partial fit."""
        self.bandit.partial_fit(contexts.astype(np.float64), actions, rewards)
        self.taught = True
