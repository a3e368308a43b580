"""Lengths of objects in metres on the ground, of the small ones of a class (a quarter is smaller).

Rounded figures of common knowledge: rules of sports, types of vehicles, aircraft and tanks. They
only set the scale a scene is searched at.
"""

METRES = {
    "airplane": 20.0,
    "ship": 15.0,
    "storage tank": 12.0,
    "baseball diamond": 40.0,
    "tennis court": 24.0,
    "basketball court": 26.0,
    "ground track field": 150.0,
    "harbor": 50.0,
    "bridge": 50.0,
    "vehicle": 4.5,
    "car": 4.2,
    "van": 5.0,
    "truck": 7.0,
    "bus": 11.0,
    "boat": 6.0,
    "tree": 5.0,
    "palm tree": 5.0,
    "wind turbine": 50.0,
    "solar panel": 4.0,
    "swimming pool": 7.0,
    "oil well": 10.0,
    "crop field": 100.0,
    "building": 10.0,
}
