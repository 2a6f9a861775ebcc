"""The whole walk, station by station: from pictures to answers, every part in your hands."""

import sys

import resnets
from resnets.data import Batches, Pictures, choose_preprocess, make_split, make_survey
from resnets.training import RECIPES

# Source: any folder, archive, CSV or NPZ; here scanned digits, so that the walk runs anywhere.
source = resnets.open_source(sys.argv[1] if len(sys.argv) > 1 else "digits")
print(f"source   {source.name}: {len(source)} pictures of {', '.join(source.classes)}")

# Split: to train on, to choose by, to judge on; byte-equal pictures stay together.
survey = make_survey(source)
split = make_split(source, survey)
print(f"split    {len(split.train)} train, {len(split.val)} val, {len(split.test)} test")

# Batches: uint8 pictures, a pure function of (seed, epoch, step).
preprocess = choose_preprocess(survey, size=16)
pictures = Pictures(source, split.train, preprocess)
batches = Batches(pictures, source.labels[split.train], batch=32, shuffle=True, drop_last=True)
x, y = batches.batch(epoch=0, step=0)
print(f"batch    {x.shape} {x.dtype}, labels {y[:5].tolist()} ...")

# Net: a spec is data, a model is Keras; pixels go in as they are, logits come out.
net = resnets.build("resnet20", classes=len(source.classes), input_shape=x.shape[1:])
print(f"net      {net.name}: {net.count_params():,} parameters, logits {net(x[:4]).shape}")

# Recipe: how to train, as data too; quick() is its seconds-long twin.
recipe = RECIPES["quick"]
print(f"recipe   {recipe.name}: {recipe.schedule}, learning rate {recipe.learning_rate}")

# Run: the same stations in one call, planned, resumable, judged; everything stands in its folder.
run = resnets.train(source, model="resnet20", size=16, epochs=8, out="runs")
print(f"run      {run.path}: {run.state['status']}")

# Evaluation: on pictures that nothing was chosen by.
judgement = run.evaluate(split="test")
print(f"judged   error {judgement.error:.1%} of {judgement.pictures} test pictures")

# Prediction: the same decoder and the same preprocessing as in training.
for answer in run.predict([source.read(int(index)) for index in split.test[:3]]):
    print(f"answer   {answer.path}: {answer.label} {answer.probability:.1%}")
