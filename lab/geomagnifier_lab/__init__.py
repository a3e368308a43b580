"""What trains, measures and proves geomagnifier.

Data sets, question templates, rendered scenes, training, evaluation, benchmarks, studies.
"""

__version__ = "1.0.0rc1"
