#!/bin/sh
# The pixel decoder as the paper writes it, trained over the small model's image side: half an hour on two cores.
#   recipes/linear_decoder.sh DATA OUT
# Then: geomag ask SCENE.tif "Segment every ship." --model OUT --search paper --variant "linear decoder"
#       geomag eval paper variants --model OUT
set -eu
python -m geomagnifier_lab.train.linear_decoder --data "$1" --out "$2" --steps 600
