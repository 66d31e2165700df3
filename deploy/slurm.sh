#!/bin/bash
# An archive in eight parts, each transcribed by a task of its own:
#   sbatch deploy/slurm.sh MODEL RECORDINGS DRAFTS
# More or fewer parts: sbatch --array=1-32 deploy/slurm.sh …; for GPUs add --gpus-per-task=1.
#SBATCH --job-name=isogloss
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=12:00:00
#SBATCH --output=isogloss-%A_%a.log
# A task that is preempted begins again where its journal ends.
#SBATCH --requeue
set -u

isogloss transcribe "$1" "$2" --format eaf,srt --out "$3" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
code=$?
# 3: done, but for recordings that can't be read; the log names them.
[ $code -eq 3 ] && exit 0
exit $code
