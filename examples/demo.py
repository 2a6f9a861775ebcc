"""The demonstration: a net learns scanned digits, is judged on unseen ones, and reads three."""

from itertools import islice

import resnets


def main() -> None:
    """Train, evaluate, predict; the last line holds the test error and the run's path."""
    run = resnets.train("digits", epochs=20, out="runs")
    judgement = run.evaluate(split="test")

    digits = resnets.open_source("digits")
    unseen = {path for path, *_ in run.folder.read("data.json")["splits"]["test"]}
    three = list(islice((i for i, path in enumerate(digits.paths) if path in unseen), 3))
    for index, answer in zip(three, run.predict([digits.read(i) for i in three]), strict=True):
        truth = digits.classes[digits.labels[index]]
        print(f"a scanned {truth} is read as {answer.label}, sure to {answer.probability:.1%}")

    print(
        f"test error {judgement.error:.1%}".replace("%", " %"),
        f"on {judgement.pictures} pictures, run folder {run.path}",
    )


if __name__ == "__main__":
    main()
