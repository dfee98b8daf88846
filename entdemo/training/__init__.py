"""Training: data, augmentation, objective and loop. Never imported when serving."""
