"""Reference values of scikit-learn for the probe, the metrics and ridge regression.

    pip install scikit-learn
    python bench/peers/logistic_fixture.py > tests/fixtures/scikit-learn.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(7)


def numbers(array):
    return [float(x) for x in np.asarray(array, dtype=np.float64).ravel()]


def probe(rows, features, classes, c):
    labels = rng.integers(0, classes, rows)
    centres = rng.normal(size=(classes, features))
    x = (rng.normal(size=(rows, features)) + 0.6 * centres[labels]) * np.linspace(0.1, 30, features) + 5
    x[:, 0] = 3.25  # a constant feature
    x = np.round(x, 3).astype(np.float32)
    z = StandardScaler().fit_transform(x.astype(np.float64))
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100000).fit(z, labels)
    p = model.predict_proba(z)
    auc = roc_auc_score(labels, p[:, 1]) if classes == 2 else roc_auc_score(labels, p, multi_class="ovr")
    return {
        "rows": rows, "features": features, "classes": classes, "lambda": 1 / c,
        "x": [round(float(v), 3) for v in x.ravel()], "labels": labels.tolist(),
        "coefficients": numbers(model.coef_), "intercepts": numbers(model.intercept_),
        "probabilities": numbers(p), "auc": float(auc),
        "balancedAccuracy": float(balanced_accuracy_score(labels, model.predict(z))),
    }


scores = np.round(rng.normal(size=120), 1)  # rounded, so that many are tied
positive = (rng.random(120) < 1 / (1 + np.exp(-scores))).astype(int)

x = np.round(rng.normal(size=(40, 6)) * [1, 2, 3, 4, 5, 6] + 2, 3)
y = np.round(x @ [1, -1, 0.5, 0, 0.2, 0.1] + rng.normal(size=40), 3)


def ridge(rows, features, alpha):
    scaler = StandardScaler().fit(x[:rows, :features])
    model = Ridge(alpha=alpha).fit(scaler.transform(x[:rows, :features]), y[:rows])
    return {
        "rows": rows, "features": features, "lambda": alpha,
        "x": numbers(x[:rows, :features]), "y": numbers(y[:rows]),
        "predictions": numbers(model.predict(scaler.transform(x[:rows, :features]))),
    }


json.dump({
    "source": f"scikit-learn {sklearn.__version__}",
    "probes": [probe(80, 6, 2, 1.0), probe(90, 5, 4, 1.0), probe(60, 8, 3, 0.01), probe(12, 20, 2, 1.0)],
    "ranking": {
        "scores": numbers(scores), "positive": positive.tolist(),
        "auc": float(roc_auc_score(positive, scores)),
        "averagePrecision": float(average_precision_score(positive, scores)),
    },
    "ridges": [ridge(40, 6, 10.0), ridge(5, 6, 2.0)],
}, sys.stdout)
print()
