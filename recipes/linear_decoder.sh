#!/bin/sh
# The pixel decoder as the paper writes it, trained over the small model's image side: twenty minutes of one core without bf16.
#   recipes/linear_decoder.sh DATA OUT [--from MODEL]
# A stopped run goes on. The package has these weights; --from is for a model with another image side.
# Then: geomag ask SCENE.tif "Segment every ship." --model OUT --search paper --variant "linear decoder"
#       geomag eval paper variants --model OUT
set -eu
data="$1" out="$2"
shift 2
python -m geomagnifier_lab.train.linear_decoder --data "$data" --out "$out" --steps 400 "$@"
