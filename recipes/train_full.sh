#!/usr/bin/env bash
# The full size from models of the hub to a folder for `geomag ask --model`, on one machine or several. Not run by us at this size:
# every line is tested on tiny models of the same classes, in two processes on a CPU. Meant for GPUs of 80 GB (A100, H100), each with a
# copy of the model (DDP); with SHARDED=1 they share it (FSDP2), which also suits GPUs of 40 GB. On one machine:
#
#   GEOMAG_DATA=DIR recipes/train_full.sh [RUN FOLDER] [OPTIONS OF python -m geomagnifier_lab.train.full, see its --help]
#
# On several the same on each, at the same time, with a RUN FOLDER that all of them see:
#
#   NODES=2 RANK=0 MAIN_ADDRESS=10.0.0.1 GEOMAG_DATA=DIR recipes/train_full.sh ...       and RANK=1 on the other
#
# DIR holds vhr10/ aid/ ucm/ rsscn7/ dubai/ as docs/model_card.md describes. Needs a GPU build of torch, and
# scripts/environment full and scripts/environment lab. Stop it at any time and start it again: it goes on from its last checkpoint, to the same numbers.
set -euo pipefail
: "${GEOMAG_DATA:?set it to the folder of the data sets}"
run="${1:-runs/full}"
shift || true

nodes="${NODES:-1}" # machines
rank="${RANK:-0}"   # of this one
gpus="${GPUS:-$(nvidia-smi -L | wc -l)}"
address="${MAIN_ADDRESS:-127.0.0.1}" # of the machine of rank 0
port="${MAIN_PORT:-29500}"
vlm="${VLM:-Qwen/Qwen2.5-VL-7B-Instruct}"
segmenter="${SEGMENTER:-facebook/sam2.1-hiera-base-plus}"
language="${LANGUAGE_MODEL:-google-bert/bert-base-uncased}"

launch=(--num_machines "$nodes" --num_processes "$((nodes * gpus))" --machine_rank "$rank" --mixed_precision bf16 --dynamo_backend no)
if [ "$((nodes * gpus))" -gt 1 ]; then
  launch+=(--multi_gpu --main_process_ip "$address" --main_process_port "$port")
fi
options=(--data "$GEOMAG_DATA" --out "$run" --vlm "$vlm" --segmenter "$segmenter" --language "$language")
[ -z "${SHARDED:-}" ] || options+=(--sharded)

# 6000 steps of 8 GPUs x 2 rows x 4 passes: 384,000 questions.
accelerate launch "${launch[@]}" -m geomagnifier_lab.train.full "${options[@]}" --steps 6000 --rows 2 --accumulation 4 --seed 0 "$@"
echo "the model is in $run/model: geomag ask PICTURE QUESTION --model $run/model"
