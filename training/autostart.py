"""A run by itself, once enough new judged work is there. Off unless `TRAINING_START_ROWS` says how much that is."""

import logging

from django.conf import settings
from django.db import IntegrityError

from training import recipes, registry, runs, sources
from training.models import Dataset, Run

logger = logging.getLogger(__name__)
SOURCE = Dataset.Source.OVERRIDES


def check() -> Run | None:
    """Begin a run where teachers' marks have grown by so many rows since they were made a dataset last, and no run is under way."""
    if not settings.TRAINING_START_ROWS or Run.objects.exclude(state__in=Run.ENDED).exists():
        return None
    newest = Dataset.objects.filter(source=SOURCE).order_by("-version").first()
    if sources.count(SOURCE) - (newest.rows if newest else 0) < settings.TRAINING_START_ROWS:
        return None
    try:
        recipe = recipes.load(settings.TRAINING_START_RECIPE)  # first: marks that are a dataset are no new ones any more
        return runs.create(recipe, base=registry.trainable_champion(), datasets=[sources.build(SOURCE)])
    except IntegrityError:
        logger.info("Another worker has begun a run of the new marks")
    except (recipes.RecipeError, runs.RunError) as error:
        logger.warning("New marks are there, and no run could begin: %s", error)
    return None
