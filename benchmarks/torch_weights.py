"""The same attention weights with torch: what a check without attncalc costs.

It reads the queries and keys of an unscaled problem, computes every weight and prints them as JSON.

Run it where torch is installed:

    python benchmarks/torch_weights.py samples/animal.yaml
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found, unused-ignore]
import yaml


def weights(problem: dict[str, Any]) -> list[list[float]]:
    """One row for each query."""
    queries, keys = (
        torch.tensor([token[name] for token in problem["tokens"]], dtype=torch.float64)
        for name in ("q", "k")
    )
    rows: list[list[float]] = torch.softmax(queries @ keys.T, dim=-1).tolist()
    return rows


def main() -> None:
    """Read the file that the command line names."""
    problem = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if problem["attention"] != {"scale": "none"}:
        sys.exit("only an unscaled problem without mask or bias is understood here")
    json.dump(weights(problem), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
