# faster_coco_eval publishes no types. Incomplete: only what is used here.
